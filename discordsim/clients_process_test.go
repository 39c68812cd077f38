package discordsim_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"testing"
	"time"

	"ticketbot/discordsim"
	"ticketbot/internal/discordjs"
)

const (
	nodeClients = "../tests/discordjs"
	goClients   = "../tests/clients/go"
)

// clientPatience is for a machine that stands still for a while.
const clientPatience = 2 * time.Minute

// library is a way to write bots that shares nothing with this repository, as a small bot of a few orders.
type library struct {
	name         string
	command      []string
	folder       string
	compressions []string // all it knows; "" is none
}

// subject is a running bot. Lines it has told and nobody has asked for wait in untold.
type subject struct {
	t      *testing.T
	in     io.WriteCloser
	lines  chan object
	untold []object
}

// prepareClients installs or compiles what is not there yet.
func prepareClients(t *testing.T) (goProgram string) {
	t.Helper()
	if err := discordjs.Install(t.Context(), nodeClients); err != nil {
		t.Fatal(err)
	}
	goProgram = t.TempDir() + "/clients"
	build := exec.CommandContext(t.Context(), "go", "build", "-o", goProgram, ".")
	build.Dir = goClients
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build in tests/clients/go: %v\n%s", err, out)
	}
	return goProgram
}

// nodeKnowsZstd says whether this Node.js has zstd built in, as later ones do.
func nodeKnowsZstd(t *testing.T) bool {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "node", "-p", "'createZstdDecompress' in require('node:zlib')").Output()
	return strings.TrimSpace(string(must(out, err)(t))) == "true"
}

func (l library) start(t *testing.T, s *scene, compression string) *subject {
	t.Helper()
	arguments := append(l.command[1:len(l.command):len(l.command)], s.sim.URL(), s.app.Token, s.guild.String(), compression)
	program := exec.Command(l.command[0], arguments...)
	program.Dir = l.folder
	out := must(program.StdoutPipe())(t)
	c := &subject{t: t, in: must(program.StdinPipe())(t), lines: make(chan object)}
	var complaints strings.Builder
	program.Stderr = &complaints
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	go c.read(out)
	t.Cleanup(func() {
		_ = c.in.Close() // asks it to go
		defer time.AfterFunc(clientPatience, func() { _ = program.Process.Kill() }).Stop()
		for line := range c.lines { // until it has gone
			if line["saw"] == "error" {
				t.Errorf("%s, leaving: %v", l.name, line["message"])
			}
		}
		if err := program.Wait(); err != nil {
			t.Errorf("%s ended with %v: %s", l.name, err, complaints.String())
		}
	})
	return c
}

func (c *subject) read(out io.Reader) {
	defer close(c.lines)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var o object
		if err := json.Unmarshal(lines.Bytes(), &o); err != nil {
			o = object{"saw": "error", "message": "no JSON: " + lines.Text()}
		}
		c.lines <- o
	}
}

func (c *subject) order(what string, details object) {
	c.t.Helper()
	line := object{"order": what}
	for key, value := range details {
		line[key] = value
	}
	text, _ := json.Marshal(line)
	if _, err := c.in.Write(append(text, '\n')); err != nil {
		c.t.Fatalf("order %s: %v", what, err)
	}
}

// saw waits until the client tells of something in which every given field is as wanted. A line answers one call.
func (c *subject) saw(what string, fields object) object {
	c.t.Helper()
	if o, found := c.told(what, fields); found {
		return o
	}
	deadline := time.After(clientPatience)
	for {
		select {
		case o, more := <-c.lines:
			if !more {
				c.t.Fatalf("it ended before it saw %s %v; unasked it saw %v", what, fields, c.untold)
			}
			if o["saw"] == "error" {
				c.t.Fatalf("the client: %v", o["message"])
			}
			c.untold = append(c.untold, o)
		case <-deadline:
			c.t.Fatalf("it never saw %s %v; unasked it saw %v", what, fields, c.untold)
		}
		if o, found := c.told(what, fields); found {
			return o
		}
	}
}

// told looks among the lines that have come.
func (c *subject) told(what string, fields object) (object, bool) {
	for n, o := range c.untold {
		fits := o["saw"] == what
		for key, want := range fields {
			fits = fits && fmt.Sprint(o[key]) == fmt.Sprint(want)
		}
		if fits {
			c.untold = append(c.untold[:n:n], c.untold[n+1:]...)
			return o, true
		}
	}
	return nil, false
}

// fact waits for the oracle to tell of something after a line.
func (s *scene) fact(since int64, kind string) discordsim.Fact {
	s.t.Helper()
	deadline := time.After(clientPatience)
	for {
		more := s.sim.Changed()
		for _, f := range s.sim.Facts(since) {
			if f.Kind == kind {
				return f
			}
		}
		select {
		case <-more:
		case <-deadline:
			s.t.Fatalf("the oracle never told of %s", kind)
		}
	}
}
