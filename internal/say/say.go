// Package say holds every sentence that a user can see, by key.
//
// The sentences are in en/<package>.json, flat objects of key → sentence; a {name} in a sentence is replaced by the
// argument of that name. A key is written in full where it is used ("ticket.open.limit"), so that a search finds both
// ends; a test in internal/archtest fails when a key in the code has no sentence or a sentence has no use.
package say

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"

	"ticketbot/internal/fault"
)

//go:embed en/*.json
var files embed.FS

var catalogue = sync.OnceValue(func() map[string]string {
	all, err := Load(files)
	if err != nil {
		panic(err) // the catalogue is compiled in; a test loads it
	}
	return all
})

// Load reads every catalogue file; a key defined twice is an error.
func Load(fsys fs.FS) (map[string]string, error) {
	all := map[string]string{}
	names, err := fs.Glob(fsys, "en/*.json")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		raw, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		var one map[string]string
		if err := json.Unmarshal(raw, &one); err != nil {
			return nil, fmt.Errorf("read %s: %w", path.Base(name), err)
		}
		for k, v := range one {
			if _, twice := all[k]; twice {
				return nil, fmt.Errorf("%s: %q is defined twice", path.Base(name), k)
			}
			all[k] = v
		}
	}
	return all, nil
}

// T is the sentence for key with args, name, value pairs, put in their places. A key without a sentence shows itself.
func T(key string, args ...any) string {
	s, ok := catalogue()[key]
	if !ok {
		return key
	}
	for i := 0; i+1 < len(args); i += 2 {
		s = strings.ReplaceAll(s, "{"+fmt.Sprint(args[i])+"}", fmt.Sprint(args[i+1]))
	}
	return s
}

// Fault is the sentence for the person who met f.
func Fault(f *fault.Fault) string { return T(f.Key, f.Args...) }
