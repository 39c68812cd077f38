package decryptall

import (
	"encoding/binary"
	"encoding/hex"
	"os"
	"path/filepath"
	"regexp"
	"slices"
)

// File is one version of a file of the keyring.
type File struct {
	Name    string
	Content []byte
}

// Add gives the attacker files, in any number of versions.
func (a *Attacker) Add(files ...File) { a.files = append(a.files, files...) }

// Keyring gives the attacker every file below dir as it is now.
func (a *Attacker) Keyring(dir string) error {
	return eachFile(dir, func(name string, content []byte) { a.Add(File{name, content}) })
}

func eachFile(dir string, each func(name string, content []byte)) error {
	return filepath.WalkDir(dir, func(at string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(at)
		each(d.Name(), content)
		return err
	})
}

// vault is what the attacker makes of the keyring's files.
type vault struct {
	closed []File // sealed, and not opened yet
	tried  map[key]bool
	nodes  map[node]uint64 // and the guild, when it was found among the keys of one
	keys   map[string]key  // of each file that was opened, by name
	opened []File
}

func crack(files []File) *vault {
	v := &vault{tried: map[key]bool{}, nodes: map[node]uint64{}, keys: map[string]key{}}
	var readable [][]byte
	known := map[string]bool{}
	for _, f := range files {
		body, sealed := sealedFile(f.Content)
		if known[f.Name+"\x00"+string(f.Content)] {
			continue
		}
		known[f.Name+"\x00"+string(f.Content)] = true
		if sealed {
			v.closed = append(v.closed, File{f.Name, body})
		} else {
			readable = append(readable, f.Content)
		}
	}
	for _, content := range readable {
		v.read(content)
	}
	return v
}

var hexRun = regexp.MustCompile(`[0-9a-fA-F]{64,}`)

// read looks for keys and nodes in what is readable, at every offset, and reads on in what they open.
func (v *vault) read(content []byte) {
	for _, run := range hexRun.FindAll(content, -1) {
		if raw, err := hex.DecodeString(string(run[:len(run)&^1])); err == nil {
			v.read(raw)
		}
	}
	v.readPage(content)
	for i := 0; i+len(key{}) <= len(content); i++ {
		k := key(content[i:])
		if !random(k) {
			continue
		}
		if i >= nodeSize-len(k) {
			v.note(node{binary.BigEndian.Uint64(content[i-9:]), content[i-1], k})
		}
		if !v.tried[k] {
			v.tried[k] = true
			v.try(k)
		}
	}
}

// random says whether k can be 32 random bytes: those have about 30 different ones, hardly ever less than 22, and do not
// begin with zeros.
func random(k key) bool {
	var seen [256]bool
	different := 0
	for _, b := range k {
		if !seen[b] {
			seen[b] = true
			different++
		}
	}
	return different >= 22 && (k[0] != 0 || k[1] != 0)
}

// readPage reads what is a page of the keyring from beginning to end, so that it is known whose each node is. It only
// saves time: read finds the nodes as well, but would have to try each with every guild.
func (v *vault) readPage(content []byte) {
	const header = 8 + 4 + 4
	for len(content) >= header {
		guild, nodes := binary.BigEndian.Uint64(content), int(binary.BigEndian.Uint32(content[12:]))
		content = content[header:]
		if nodes == 0 || nodes > len(content)/nodeSize {
			return
		}
		for range nodes {
			n := node{binary.BigEndian.Uint64(content), content[8], key(content[9:])}
			if n.plausible() {
				v.nodes[n] = guild
			}
			content = content[nodeSize:]
		}
	}
}

// plausible says whether n has the shape of a node: no bits below its length.
func (n *node) plausible() bool { return n.len <= 64 && n.bits<<n.len == 0 }

// note keeps what may be a node of some guild.
func (v *vault) note(n node) {
	if _, known := v.nodes[n]; !known && n.plausible() {
		v.nodes[n] = 0
	}
}

func (v *vault) try(k key) {
	aead := gcm(k)
	var opened []File
	v.closed = slices.DeleteFunc(v.closed, func(f File) bool {
		plain, ok := openFile(aead, f.Name, f.Content)
		if ok {
			v.keys[f.Name] = k
			opened = append(opened, File{f.Name, plain})
		}
		return ok
	})
	v.opened = append(v.opened, opened...)
	for _, f := range opened {
		v.read(f.Content)
	}
}

// leaves are all keys that the leaf p may have in a guild's tree, as far as anything leads there.
func (v *vault) leaves(guild uint64, p path) []key {
	found := map[key]bool{}
	var keys []key
	for n, of := range v.nodes {
		if of != 0 && of != guild || !n.above(p) {
			continue
		}
		if k := n.leaf(p); !found[k] {
			found[k] = true
			keys = append(keys, k)
		}
	}
	return keys
}
