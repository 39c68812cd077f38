// A second implementation of the keyring's formats, from the comments in package keys and without its code. It writes a
// keyring directory and sealed values with fixed secrets, which the tests then open:
//
//	node keys/testdata/vectors.mjs
//
// What it writes is committed and never changes: an older keyring has to open for ever.
import { createCipheriv, createHash, createHmac, createPrivateKey, createPublicKey, hkdfSync, sign } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";

const here = (name) => new URL(name, import.meta.url);
const u16 = (n) => { const b = Buffer.alloc(2); b.writeUInt16BE(n); return b; };
const u32 = (n) => { const b = Buffer.alloc(4); b.writeUInt32BE(n); return b; };
const u64 = (n) => { const b = Buffer.alloc(8); b.writeBigUInt64BE(BigInt(n)); return b; };
const cat = (...parts) => Buffer.concat(parts.map((p) => Buffer.from(p)));
const sha256 = (...parts) => createHash("sha256").update(cat(...parts)).digest();
const hmac = (key, ...parts) => createHmac("sha256", key).update(cat(...parts)).digest();
const fixed = (name, size = 32) => sha256(`test vector: ${name}`).subarray(0, size); // stands for randomness

// --- the tree: a path is a string of "0" and "1"

const label = (use) => `ticketbot keys v1 ${use}`;
const child = (seed, bit) => hmac(seed, label("node"), [Number(bit)]);
const leaf = (seed, path) => hmac([...path].reduce(child, seed), label("leaf"));
const binary = (n, length) => BigInt(n).toString(2).padStart(length, "0");

const ticket = (n) => {
  const digits = n === 0 ? "" : n.toString(2);
  return "01" + binary(digits.length, 6) + digits.slice(1);
};
const INDEX = "10" + binary(0, 6);
const CONFIG = "10" + binary(1, 6);
const SIGN = "10" + binary(2, 6);
const person = (seed, user, generation = 0) => {
  const blind = hmac(leaf(seed, INDEX), label("person path"), u64(user), u32(generation)).readBigUInt64BE();
  return "00" + binary(blind >> 2n, 62);
};
const bytes = (path) => (path ? u64(BigInt("0b" + path.padEnd(64, "0"))) : Buffer.alloc(0));
const fixedPath = (path) => cat([path.length], path ? bytes(path) : u64(0));

// The siblings on the way down to path, in order: what is left of a tree whose root was seed.
const puncture = (seed, path) => {
  const nodes = [];
  for (let i = 0; i < path.length; i++) {
    const aside = path[i] === "0" ? "1" : "0";
    nodes.push({ path: path.slice(0, i) + aside, seed: child(seed, aside) });
    seed = child(seed, path[i]);
  }
  return nodes.sort((a, b) => (a.path.padEnd(64, "0") < b.path.padEnd(64, "0") ? -1 : 1));
};

// --- sealing

const gcm = (key, nonce, plain, aad) => {
  const c = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(aad));
  return cat(c.update(plain), c.final(), c.getAuthTag());
};
const withNonce = (key, name, plain, aad) => cat(fixed(`nonce of ${name}`, 12), gcm(key, fixed(`nonce of ${name}`, 12), plain, aad));
const pad = (plain) => {
  let size = 64;
  while (size <= plain.length) size = size < 4096 ? size * 2 : size + 4096;
  return cat(plain, [0x80], Buffer.alloc(size - plain.length - 1));
};
const authenticated = (version, ref) =>
  cat([version], u16(ref.field), u64(ref.guild), u32(ref.epoch), u64(ref.row), fixedPath(ref.person), fixedPath(ref.ticket));
const recordKey = (seed, ref, use, extra = "") => {
  const paths = ref.person || ref.ticket ? [ref.person, ref.ticket].filter(Boolean) : [CONFIG];
  const leaves = cat(...paths.map((path) => leaf(seed, path)));
  return Buffer.from(hkdfSync("sha256", leaves, cat(u64(ref.row), extra), cat(label(use), u16(ref.field)), 32));
};
const sealValue = (seed, ref, plain) =>
  cat([1], withNonce(recordKey(seed, ref, "value"), plain, pad(Buffer.from(plain)), authenticated(1, ref)));
const sealStream = (seed, ref, plain) => {
  const salt = fixed("stream salt", 16);
  const key = recordKey(seed, ref, "stream", salt);
  const nonce = (number, last) => cat([0, 0, 0], u64(number), [last]);
  const chunks = [];
  for (; plain.length >= 65536; plain = plain.subarray(65536)) {
    chunks.push(gcm(key, nonce(chunks.length, 0), plain.subarray(0, 65536), authenticated(2, ref)));
  }
  chunks.push(gcm(key, nonce(chunks.length, 1), pad(plain), authenticated(2, ref)));
  return cat([2], salt, ...chunks);
};

// --- signing: Ed25519 from a 32-byte seed, which node takes as PKCS #8 (RFC 8410)

const signingSeed = (seed) => Buffer.from(hkdfSync("sha256", leaf(seed, SIGN), "", label("signature"), 32));
const signingKey = (seed) =>
  createPrivateKey({ key: cat(Buffer.from("302e020100300506032b657004220420", "hex"), signingSeed(seed)), format: "der", type: "pkcs8" });
const publicKey = (seed) => createPublicKey(signingKey(seed)).export({ format: "der", type: "spki" }).subarray(-32);

// --- the directory: one guild with ticket 2 forgotten, one guild forgotten whole

const guild = 81384788765712384n, epoch = 1;
const serverSeed = fixed("server seed"), guildSeed = fixed("guild seed");
const id = fixed("keyring id", 16), root = fixed("ROOT"), generation = 3;

const sealFile = (key, name, content) => cat("TBKEYS01", withNonce(key, name, content, label("file ") + name));
const encodeTree = (guild, epoch, nodes) =>
  cat(u64(guild), u32(epoch), u32(nodes.length), ...nodes.map((n) => cat(bytes(n.path || "0"), [n.path.length], n.seed)));
const pageOf = (guild) => Number(BigInt.asUintN(64, BigInt(guild) * 0x9e3779b97f4a7c15n) >> 56n);

let chain = sha256(label("ledger"), id), ledger = "";
const forget = (seq, guild, epoch, path) => {
  const at = "2026-05-04T12:00:00Z";
  chain = sha256(label("ledger"), chain, u64(seq), u64(Date.parse(at) / 1000), u64(guild), u32(epoch), fixedPath(path));
  const line = { seq, at, guild: String(guild), epoch, ...(path && { path: bytes(path).toString("hex") }), chain: chain.toString("hex") };
  ledger += JSON.stringify(line) + "\n";
};
forget(1, guild, epoch, ticket(2));
forget(2, 99n, 4, "");

const pages = new Map([
  [pageOf(0), encodeTree(0, 0, [{ path: "", seed: serverSeed }])],
  [pageOf(guild), encodeTree(guild, epoch, puncture(guildSeed, ticket(2)))],
]);
rmSync(here("keyring"), { recursive: true, force: true });
mkdirSync(here("keyring"));
const write = (name, content) => writeFileSync(here("keyring/" + name), content, { mode: 0o600 });

const top = [id, u64(2), chain];
for (let number = 0; number < 256; number++) {
  const pageID = pages.has(number) ? fixed(`page ${number} id`, 8) : Buffer.alloc(8);
  const key = pages.has(number) ? fixed(`page ${number} key`) : Buffer.alloc(32);
  top.push(pageID, key);
  const name = `page-${number.toString(16).padStart(2, "0")}.${pageID.toString("hex")}`;
  if (pages.has(number)) write(name, sealFile(key, name, pages.get(number)));
}
write(`top.${generation}`, sealFile(root, `top.${generation}`, cat(...top)));
const slot = cat("TBROOT01", u64(generation), root);
const rootFile = Buffer.alloc(8192);
cat(slot, sha256(slot)).copy(rootFile, (generation % 2) * 4096);
write("root", rootFile);
write("ledger", ledger);

// --- what the keyring in that directory must say

const ana = person(guildSeed, 42);
const at = (field, row, person, ticket) => ({ guild, epoch, field, row, person, ticket });
const value = (name, seed, ref) => ({
  name, field: ref.field, row: String(ref.row), guild: String(ref.guild), epoch: ref.epoch,
  person: bytes(ref.person).toString("hex"), ticket: bytes(ref.ticket).toString("hex"),
  sealed: sealValue(seed, ref, name).toString("hex"),
});
const streamed = Buffer.alloc(70000, "stream ");
const streamRef = at(10, 5, ana, ticket(7));
const tag = (seed, purpose, value) =>
  hmac(leaf(seed, INDEX), label("index tag"), u32(purpose.length), purpose, value).subarray(0, 16).toString("hex");

writeFileSync(here("vectors.json"), JSON.stringify({
  tickets: Object.fromEntries([0, 1, 2, 3, 4711, 4294967295].map((n) => [n, bytes(ticket(n)).toString("hex")])),
  person: { user: 42, path: bytes(ana).toString("hex"), tag: hmac(leaf(guildSeed, ana), label("person tag")).subarray(0, 16).toString("hex") },
  indexTag: { purpose: "category", value: "billing", tag: tag(guildSeed, "category", "billing") },
  serverTag: { purpose: "session", value: "cookie", tag: tag(serverSeed, "session", "cookie") },
  signed: {
    message: "a receipt",
    publicKey: publicKey(serverSeed).toString("hex"),
    signature: sign(null, Buffer.from("a receipt"), signingKey(serverSeed)).toString("hex"),
  },
  values: [
    value("a message of Ana in ticket 7", guildSeed, at(1, 1, ana, ticket(7))),
    value("a longer message of Ana, which does not fit into the smallest bucket of sixty-four bytes", guildSeed, at(1, 2, ana, ticket(7))),
    value("who Ana is", guildSeed, at(3, 2, ana, "")),
    value("what ticket 7 is about", guildSeed, at(4, 3, "", ticket(7))),
    value("the settings", guildSeed, at(5, 18446744073709551615n, "", "")),
  ],
  server: [value("a session", serverSeed, { guild: 0n, epoch: 0, field: 12, row: 9, person: "", ticket: "" })],
  forgotten: [value("a message of Ana in ticket 2", guildSeed, at(1, 4, ana, ticket(2)))],
  stream: { row: "5", person: bytes(ana).toString("hex"), ticket: bytes(ticket(7)).toString("hex"), plainSHA256: sha256(streamed).toString("hex") },
}, null, 1) + "\n");
writeFileSync(here("stream.sealed"), sealStream(guildSeed, streamRef, streamed));
