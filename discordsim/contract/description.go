package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Description is what others say of Discord, compiled where it is needed. It is safe for concurrent use.
type Description struct {
	mu         sync.Mutex
	compiler   *jsonschema.Compiler
	compiled   map[string]*jsonschema.Schema
	operations []operation
	events     map[string]bool
}

// operation is one route: its schemas are definitions of rest.json named after its number.
type operation struct {
	name  string // "GET /channels/{channel_id}"
	steps []string
	parts map[string]any // "query", "path", "body" and answers by status
}

// Load reads the two files that tests/contract/describe.mjs writes.
func Load(folder string) (*Description, error) {
	d := &Description{compiled: map[string]*jsonschema.Schema{}, events: map[string]bool{}, compiler: jsonschema.NewCompiler()}
	d.compiler.AssertFormat()
	rest, err := readObject(filepath.Join(folder, "rest.json"))
	if err != nil {
		return nil, err
	}
	gateway, err := readObject(filepath.Join(folder, "gateway.json"))
	if err != nil {
		return nil, err
	}
	d.addOperations(rest)
	for name := range gateway["properties"].(map[string]any) {
		d.events[name] = true
	}
	if len(d.operations) == 0 || len(d.events) == 0 {
		return nil, fmt.Errorf("nothing is described in %s", folder)
	}
	if err := d.compiler.AddResource("mem:///rest.json", rest); err != nil {
		return nil, fmt.Errorf("add the description of REST: %w", err)
	}
	if err := d.compiler.AddResource("mem:///gateway.json", gateway); err != nil {
		return nil, fmt.Errorf("add the description of the gateway: %w", err)
	}
	return d, nil
}

func readObject(path string) (map[string]any, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read a description: %w", err)
	}
	v, err := decode(text)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return v.(map[string]any), nil
}

// decode keeps numbers as they were written.
func decode(text []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	return v, err
}

// addOperations makes each part of each operation a definition of its own, since compilers find only those.
func (d *Description) addOperations(rest map[string]any) {
	definitions := rest["$defs"].(map[string]any)
	for name, given := range rest["operations"].(map[string]any) {
		given := given.(map[string]any)
		_, path, _ := strings.Cut(name, " ")
		parts := map[string]any{"query": given["query"], "path": given["path"]}
		if given["body"] != nil {
			parts["body"] = given["body"]
		}
		for status, answer := range given["responses"].(map[string]any) {
			parts[status] = answer
		}
		o := operation{name: name, steps: strings.Split(strings.Trim(path, "/"), "/"), parts: parts}
		for part, schema := range parts {
			definitions[o.definition(part)] = schema
		}
		d.operations = append(d.operations, o)
	}
	delete(rest, "operations")
}

func (o operation) definition(part string) string {
	return strings.NewReplacer(" ", ".", "/", ".", "{", "", "}", "", "@", "").Replace(o.name) + "." + part
}

// find is the operation of a request; the one with the most literal segments wins.
func (d *Description) find(method, path string) (found operation, params map[string]any, ok bool) {
	have := strings.Split(strings.Trim(path, "/"), "/")
	best := -1
	for _, o := range d.operations {
		if !strings.HasPrefix(o.name, method+" ") {
			continue
		}
		p, literals, fits := match(o.steps, have)
		if fits && literals > best {
			found, params, best, ok = o, p, literals, true
		}
	}
	return found, params, ok
}

// schema compiles a definition once.
func (d *Description) schema(location string) (*jsonschema.Schema, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s := d.compiled[location]; s != nil {
		return s, nil
	}
	s, err := d.compiler.Compile("mem:///" + location)
	if err != nil {
		return nil, fmt.Errorf("compile %s: %w", location, err)
	}
	d.compiled[location] = s
	return s, nil
}

// judge holds a value against a definition: what does not fit, and what is not known there. About names it in extras.
func (d *Description) judge(location, about string, v any) []string {
	s, err := d.schema(location)
	if err != nil {
		return []string{err.Error()}
	}
	var wrong []string
	if err := s.Validate(v); err != nil {
		wrong = explain(err)
	}
	for _, path := range unknown([]*jsonschema.Schema{s}, v, "") {
		if !isExtra(about, path) {
			wrong = append(wrong, path+": unknown field")
		}
	}
	return wrong
}
