// Writes, from what npm has installed, the two descriptions that the simulator is held against:
//   rest.json     Discord's own OpenAPI description: operations, and the schemas they name
//   gateway.json  JSON Schema of discord-api-types' events, interactions and opcodes
// Usage: node describe.mjs FOLDER
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import ts from "typescript";
import * as z from "zod/mini";
import { createGenerator } from "ts-json-schema-generator";

const here = fileURLToPath(new URL(".", import.meta.url));
const out = process.argv[2];

// The package calls a module .js without saying that it is one, which Node.js finds out by itself from 20.19 on only.
const zod = join(here, "node_modules/discord-api-spec/build/discord-api-spec.zod");
copyFileSync(zod + ".js", zod + ".mjs");
const schemas = await import(pathToFileURL(zod + ".mjs"));

// The package keeps the description as TypeScript (operations) and as zod schemas (what they name, with all limits).
function rest() {
  const registry = z.registry();
  for (const [name, schema] of Object.entries(schemas)) {
    if (name.endsWith("Schema") && typeof schema === "object") registry.add(schema, { id: name.slice(0, -"Schema".length) });
  }
  const made = z.toJSONSchema(registry, { io: "input", uri: (id) => "#/$defs/" + id, unrepresentable: "any" }).schemas;
  for (const schema of Object.values(made)) {
    delete schema.$schema;
    delete schema.$id;
    eased(schema);
  }
  mend(made);
  permissionsAsText(made);
  const text = join(here, "node_modules/discord-api-spec/build/discord-api-spec.ts");
  const file = ts.createSourceFile(text, readFileSync(text, "utf8"), ts.ScriptTarget.Latest);
  const paths = file.statements.find((s) => ts.isInterfaceDeclaration(s) && s.name.text === "Paths");
  const operations = {};
  for (const path of paths.members) {
    for (const method of path.type.members) {
      operations[method.name.text.toUpperCase() + " " + path.name.text] = operation(method.type, made);
    }
  }
  permissionsAsText(operations);
  return { $defs: made, operations };
}

// mend is where the description is known to be wrong or behind.
function mend(defs) {
  // Errors of fields have names for codes, such as BASE_TYPE_REQUIRED, as its own reference says.
  const named = { type: "object", properties: { code: { type: "string" }, message: { type: "string" } }, required: ["code", "message"] };
  defs.InnerErrors.properties._errors.items = named;
  // Most answers of 429 have no code.
  defs.RatelimitedResponse = {
    type: "object", required: ["message", "retry_after", "global"],
    properties: { message: { type: "string" }, code: { type: "number" }, retry_after: { type: "number" }, global: { type: "boolean" } },
  };
  // 1 is a forward.
  defs.MessageReferenceType = { type: "number", enum: [0, 1] };
}

// permissionsAsText lets requests give permissions as text, which is how Discord's reference asks for them.
function permissionsAsText(schema) {
  if (schema === null || typeof schema !== "object") return;
  for (const key of ["allow", "deny", "permissions", "default_member_permissions"]) {
    const of = schema.properties?.[key];
    if (of && JSON.stringify(of).includes('"number"')) schema.properties[key] = { anyOf: [of, { type: "string", pattern: "^[0-9]+$" }] };
  }
  Object.values(schema).forEach(permissionsAsText);
}

// eased takes back where the translation to zod is stricter than the description: it allows times in UTC only.
function eased(schema) {
  if (schema === null || typeof schema !== "object") return;
  if (schema.format === "date-time") delete schema.pattern;
  if (schema.format === "uri") delete schema.format; // what Discord takes for one is not the standard's
  Object.values(schema).forEach(eased);
}

function operation(type, known) {
  const part = (name, of) => of.members.find((m) => m.name.text === name)?.type;
  const fields = (of) => (of && ts.isTypeLiteralNode(of) ? schemaOf(of, known) : { type: "object", properties: {} });
  const body = part("requestBody", type);
  const responses = {};
  for (const answer of part("responses", type).members) responses[answer.name.text] = schemaOf(answer.type, known);
  return {
    query: fields(part("query", part("parameters", type))),
    path: fields(part("path", part("parameters", type))),
    body: body.kind === ts.SyntaxKind.UndefinedKeyword ? null : schemaOf(body, known),
    responses,
  };
}

// schemaOf reads the few kinds of types that the operations are written in.
function schemaOf(type, known) {
  const kinds = {
    [ts.SyntaxKind.StringKeyword]: { type: "string" },
    [ts.SyntaxKind.NumberKeyword]: { type: "number" },
    [ts.SyntaxKind.BooleanKeyword]: { type: "boolean" },
    [ts.SyntaxKind.UnknownKeyword]: {},
  };
  if (kinds[type.kind]) return kinds[type.kind];
  if (ts.isParenthesizedTypeNode(type)) return schemaOf(type.type, known);
  if (ts.isArrayTypeNode(type)) return { type: "array", items: schemaOf(type.elementType, known) };
  if (ts.isUnionTypeNode(type)) return { anyOf: type.types.map((t) => schemaOf(t, known)) };
  if (ts.isIntersectionTypeNode(type)) return { allOf: type.types.map((t) => schemaOf(t, known)) };
  if (ts.isLiteralTypeNode(type)) return { const: literal(type.literal) };
  if (ts.isTypeLiteralNode(type)) return objectOf(type, known);
  if (ts.isTypeReferenceNode(type)) return referred(type, known);
  throw new Error("a type of a kind that is new here: " + ts.SyntaxKind[type.kind]);
}

function literal(l) {
  if (l.kind === ts.SyntaxKind.NullKeyword) return null;
  if (l.kind === ts.SyntaxKind.TrueKeyword) return true;
  if (l.kind === ts.SyntaxKind.FalseKeyword) return false;
  return ts.isNumericLiteral(l) ? Number(l.text) : l.text;
}

function objectOf(type, known) {
  const o = { type: "object", properties: {}, required: [] };
  for (const m of type.members) {
    if (ts.isIndexSignatureDeclaration(m)) {
      o.additionalProperties = schemaOf(m.type, known);
      continue;
    }
    o.properties[m.name.text] = schemaOf(m.type, known);
    if (!m.questionToken) o.required.push(m.name.text);
  }
  return o;
}

function referred(type, known) {
  const name = type.typeName.text;
  if (name === "Record") return { type: "object", additionalProperties: schemaOf(type.typeArguments[1], known) };
  if (!known[name]) throw new Error("nothing is known of " + name);
  return { $ref: "#/$defs/" + name };
}

function gateway() {
  const generator = createGenerator({
    path: join(here, "events.ts"), type: "Gateway", skipTypeCheck: true, additionalProperties: true, topRef: false, expose: "all",
    jsDoc: "none", encodeRefs: false,
  });
  const schema = generator.createSchema("Gateway");
  for (const [name, of] of Object.entries(schema.definitions)) {
    // A set of flags is a sum of what the enum lists.
    if (name.endsWith("Flags") && of.type === "number") schema.definitions[name] = { type: "integer", minimum: 0 };
    // "never" means that the key is null.
    for (const [key, value] of Object.entries(of.properties ?? {})) if (value.not) of.properties[key] = { type: "null" };
  }
  // Where the generator loses the type of a field that is picked from another type, it is taken from there.
  for (const [name, of] of Object.entries(schema.definitions)) {
    const whole = schema.definitions[/^(?:Pick|Partial|Omit)<(\w+)[,>]/.exec(name)?.[1]];
    for (const [key, value] of Object.entries(of.properties ?? {})) {
      if (Object.keys(value).length === 0 && whole?.properties?.[key]) of.properties[key] = whole.properties[key];
    }
  }
  const snapshot = Object.keys(schema.definitions).find((name) => name.startsWith("Pick<APIMessage,") && name.includes("sticker_items"));
  const of = schema.definitions[snapshot]; // its picking forgets that these may be left out
  of.required = of.required.filter((key) => !key.startsWith("sticker"));
  schema.definitions.Snowflake.pattern = "^(0|[1-9][0-9]{0,19})$";
  return schema;
}

writeFileSync(join(out, "rest.json"), JSON.stringify(rest()));
writeFileSync(join(out, "gateway.json"), JSON.stringify(gateway()));
