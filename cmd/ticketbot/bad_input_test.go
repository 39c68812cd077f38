package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"ticketbot/discordsim"
)

// refusalTime is how long an operator may have to wait for the sentence.
var refusalTime = judged(10 * time.Second)

// judged is what a promise is held against. The race detector slows everything several times, on machines that stand
// still at times, so there it only ends a test that waits in vain.
func judged(promise time.Duration) time.Duration {
	if withRace {
		return 3 * time.Minute
	}
	return promise
}

// Whatever the operator got wrong, the program ends soon, with a code, and with one sentence that names what to mend.
func TestRunRefusesBadSettingsInOneSentence(t *testing.T) {
	for _, wrong := range []struct {
		name  string
		spoil spoil
		says  []string // what the operator has to read
	}{
		{"no token", set("TICKETBOT_DISCORD_TOKEN", ""), []string{"TICKETBOT_DISCORD_TOKEN", "ticketbot demo"}},
		{"client secret as token", set("TICKETBOT_DISCORD_TOKEN", "k2vZ-1XwQe_PASTED_BY_MISTAKE_99"), []string{"TICKETBOT_DISCORD_TOKEN", "three parts"}},
		{"token in quotes", set("TICKETBOT_DISCORD_TOKEN", `"sim.PASTED_BY_MISTAKE.zzzzzzzzzzzzzz"`), []string{"TICKETBOT_DISCORD_TOKEN"}},
		{"token that Discord refuses", set("TICKETBOT_DISCORD_TOKEN", "sim.MTIzNDU2Nzg5MDEyMzQ1.PASTED_BY_MISTAKE"), []string{"token", "Reset Token"}},
		{"no client secret", set("TICKETBOT_DISCORD_CLIENT_SECRET", ""), []string{"TICKETBOT_DISCORD_CLIENT_SECRET"}},
		{"no secret", set("TICKETBOT_SECRET", ""), []string{"TICKETBOT_SECRET", "openssl rand"}},
		{"short secret", set("TICKETBOT_SECRET", "PASTED_BY_MISTAKE"), []string{"TICKETBOT_SECRET", "32"}},
		{"secret without variety", set("TICKETBOT_SECRET", strings.Repeat("PASTED_", 9)), []string{"TICKETBOT_SECRET", "easy to guess"}},
		{"secret in a file that is not there", both(set("TICKETBOT_SECRET", ""), set("TICKETBOT_SECRET_FILE", "/nowhere/secret")),
			[]string{"TICKETBOT_SECRET_FILE", "/nowhere/secret"}},
		{"no public URL", set("TICKETBOT_PUBLIC_URL", ""), []string{"TICKETBOT_PUBLIC_URL"}},
		{"public URL without scheme", set("TICKETBOT_PUBLIC_URL", "tickets.example.com"), []string{"TICKETBOT_PUBLIC_URL", "https://"}},
		{"public URL without TLS", set("TICKETBOT_PUBLIC_URL", "http://tickets.example.com"), []string{"TICKETBOT_PUBLIC_URL", "https"}},
		{"address in use", busyAddress, []string{"in use", "TICKETBOT_LISTEN"}},
		{"address that is none", set("TICKETBOT_LISTEN", "tickets"), []string{"tickets", "TICKETBOT_LISTEN"}},
		{"Discord's address closed", set("TICKETBOT_DISCORD_API", "http://127.0.0.1:1/api/v10"), []string{"http://127.0.0.1:1", "TICKETBOT_DISCORD_API"}},
		{"Discord's address without meaning", set("TICKETBOT_DISCORD_API", "discord"), []string{"TICKETBOT_DISCORD_API", "https://"}},
		{"Discord silent", addressOf("TICKETBOT_DISCORD_API", "http://%s/api/v10", listening), []string{"has not answered", "TICKETBOT_DISCORD_API"}},
		{"a website where Discord should be", addressOf("TICKETBOT_DISCORD_API", "http://%s/api/v10", website), []string{"not Discord's API", "TICKETBOT_DISCORD_API"}},
		{"an error page where Discord should be", addressOf("TICKETBOT_DISCORD_API", "http://%s/nothing/here", website), []string{"not Discord's API", "TICKETBOT_DISCORD_API"}},
		{"database URL without meaning", set("TICKETBOT_DATABASE_URL", "my database"), []string{"TICKETBOT_DATABASE_URL", "postgres://"}},
		{"database password not escaped", set("TICKETBOT_DATABASE_URL", "postgres://bot:PASTED/BY_MISTAKE@127.0.0.1:5432/x"),
			[]string{"TICKETBOT_DATABASE_URL", "%2F"}},
		{"database unreachable", set("TICKETBOT_DATABASE_URL", "postgres://bot:PASTED_BY_MISTAKE@127.0.0.1:1/x"), []string{"TICKETBOT_DATABASE_URL", "connection refused"}},
		{"database without a host", set("TICKETBOT_DATABASE_URL", "postgres://bot:PASTED_BY_MISTAKE@no-such-host.invalid/x"), []string{"TICKETBOT_DATABASE_URL"}},
		{"database that refuses the password", addressOf("TICKETBOT_DATABASE_URL", "postgres://bot:PASTED_BY_MISTAKE@%s/x", refusal),
			[]string{"password authentication failed", "TICKETBOT_DATABASE_URL"}},
		{"database silent", addressOf("TICKETBOT_DATABASE_URL", "postgres://bot:PASTED_BY_MISTAKE@%s/x", listening), []string{"TICKETBOT_DATABASE_URL", "not answered"}},
		{"data directory below a file", dataBelowFile, []string{"cannot be written", "TICKETBOT_DATA_DIR"}},
		{"data directory closed to PostgreSQL's user", closedData, []string{"chmod o+x"}},
		{"data directory in use by something else", foreignData, []string{"not PostgreSQL's"}},
		{"no PostgreSQL", emptyBinaries, []string{"initdb", "TICKETBOT_POSTGRES_BIN"}},
		{"shards without meaning", set("TICKETBOT_SHARDS", "3-1"), []string{"TICKETBOT_SHARDS", "0-3,7", "3-1"}},
		{"shards that are words", set("TICKETBOT_SHARDS", "some"), []string{"TICKETBOT_SHARDS"}},
		{"a shard that is not there", set("TICKETBOT_SHARDS", "0,7"), []string{"TICKETBOT_SHARDS", "names 7"}},
		{"keys lent without meaning", set("TICKETBOT_KEYS_LISTEN", "127.0.0.1:7000"), []string{"TICKETBOT_KEYS_LISTEN", "unix:///", "tls://"}},
		{"keys borrowed without meaning", set("TICKETBOT_KEYS_FROM", "unix://keys"), []string{"TICKETBOT_KEYS_FROM", "unix:///"}},
		{"keys borrowed from nobody", set("TICKETBOT_KEYS_FROM", "unix:///nowhere/keys"), []string{"key process", "unix:///nowhere/keys"}},
		{"keys borrowed and owned", both(set("TICKETBOT_KEYS_FROM", "unix:///nowhere/keys"), set("TICKETBOT_KEYS_DIR", "/nowhere")),
			[]string{"TICKETBOT_KEYS_FROM", "TICKETBOT_KEYS_DIR"}},
		{"keys borrowed and lent", both(set("TICKETBOT_KEYS_FROM", "unix:///nowhere/keys"), set("TICKETBOT_KEYS_LISTEN", "unix:///nowhere/k")),
			[]string{"TICKETBOT_KEYS_FROM", "TICKETBOT_KEYS_LISTEN"}},
		{"keys over a network without certificates", set("TICKETBOT_KEYS_LISTEN", "tls://127.0.0.1:0"),
			[]string{"TICKETBOT_KEYS_CERT", "TICKETBOT_KEYS_KEY", "TICKETBOT_KEYS_CA"}},
		{"certificates that are not there", both(set("TICKETBOT_KEYS_FROM", "tls://127.0.0.1:1"), certificates("/nowhere/cert")),
			[]string{"TICKETBOT_KEYS_CERT", "/nowhere/cert"}},
		{"a socket where none can be", set("TICKETBOT_KEYS_LISTEN", "unix:///nowhere/keys"), []string{"unix:///nowhere/keys"}},
		{"keyring below a file", keysBelowFile("TICKETBOT_KEYS_DIR"), []string{"keyring", "cannot be read or written"}},
		{"keyring as its own mirror", mirrorOfItself, []string{"TICKETBOT_KEYS_MIRROR", "own directory"}},
		{"a word where yes or no should be", set("TICKETBOT_KEYS_ANY_DISK", "perhaps"), []string{"TICKETBOT_KEYS_ANY_DISK"}},
		{"place for files without meaning", set("TICKETBOT_FILES_URL", "ftp://files"), []string{"ftp://files"}},
	} {
		t.Run(wrong.name, func(t *testing.T) {
			t.Parallel()
			g := newGround(t, discordsim.Options{})
			wrong.spoil(t, g)
			start(t, g.env, "run").refuses(g, wrong.says...)
		})
	}
}

// What is found out only with everything else in place: each is mended, and the next one comes.
func TestRunRefusesAnInstallationThatDoesNotFit(t *testing.T) {
	g := newGround(t, discordsim.Options{})
	t.Run("message content switched off in the portal", func(t *testing.T) {
		if err := g.sim.SetIntents(g.world.App.ID, 0); err != nil {
			t.Fatal(err)
		}
		start(t, g.env, "run").refuses(g, "Message Content Intent", "discord.com/developers", "turn on")
		if err := g.sim.SetIntents(g.world.App.ID, discordsim.PrivilegedIntents); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("a second process on the same data", func(t *testing.T) {
		first := start(t, g.env, "run")
		first.ready(t.Context())
		second := maps.Clone(g.env)
		second["TICKETBOT_LISTEN"] = freeAddress(t)
		start(t, second, "run").refuses(g, "Another process", g.dir)
		start(t, second, "migrate").refuses(g, "Another process", g.dir)
		first.stop()
	})
	t.Run("a damaged keyring", func(t *testing.T) {
		root := filepath.Join(g.dir, "keys", "root")
		whole, err := os.ReadFile(root)
		must(t, err)
		must(t, os.WriteFile(root, make([]byte, len(whole)), 0o600))
		start(t, g.env, "run").refuses(g, "keyring", g.dir, "damaged", "Do not delete")
		must(t, os.WriteFile(root, whole, 0o600))
	})
	t.Run("a ticket that is not there", func(t *testing.T) {
		start(t, g.env, "transcript", "no-such-ticket").refuses(g, "no ticket", "no-such-ticket")
	})
	t.Run("another keyring", func(t *testing.T) {
		must(t, os.Rename(filepath.Join(g.dir, "keys"), filepath.Join(g.dir, "keys.mine")))
		start(t, g.env, "run").refuses(g, "keyring", "does not belong to this database")
		must(t, os.RemoveAll(filepath.Join(g.dir, "keys")))
		must(t, os.Rename(filepath.Join(g.dir, "keys.mine"), filepath.Join(g.dir, "keys")))
	})
	t.Run("and all is well again", func(t *testing.T) {
		bot := start(t, g.env, "run")
		bot.ready(t.Context())
		bot.stop()
		if left, _ := filepath.Glob(filepath.Join(g.dir, ".probe-*")); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
}

func TestCommandLineThatMeansNothingIsRefusedInOneSentence(t *testing.T) {
	g := newGround(t, discordsim.Options{})
	for _, wrong := range []struct {
		line string
		says string
	}{
		{"", "run"}, {"serve", "serve"}, {"run --fast", "--fast"}, {"run now", "now"}, {"transcript", "id"}, {"run --debug=perhaps", "perhaps"},
	} {
		t.Run("ticketbot "+wrong.line, func(t *testing.T) {
			start(t, g.env, strings.Fields(wrong.line)...).refuses(g, wrong.says, "ticketbot --help")
		})
	}
}

func TestDoctorNamesEverythingThatIsWrongAtOnce(t *testing.T) {
	g := newGround(t, discordsim.Options{})
	well := start(t, g.env, "doctor")
	well.ended(t.Context())
	if marks := strings.Count(well.output(), "✓"); marks < 9 || strings.Contains(well.output(), "✗") {
		t.Errorf("all is well, and it says:\n%s", well.output())
	}
	for name, value := range map[string]string{
		"TICKETBOT_DISCORD_TOKEN": "sim.MTIzNDU2Nzg5MDEyMzQ1.PASTED_BY_MISTAKE", "TICKETBOT_SECRET": "PASTED_BY_MISTAKE", "TICKETBOT_DATABASE_URL": "PASTED",
	} {
		g.env[name] = value
	}
	ill := start(t, g.env, "doctor")
	<-ill.done
	said := ill.output()
	for _, want := range []string{"Reset Token", "TICKETBOT_SECRET", "TICKETBOT_DATABASE_URL", "3 of 9 checks failed"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	if strings.Contains(said, "PASTED") || strings.Contains(said, "MISTAKE") || ill.cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("exit code %d:\n%s", ill.cmd.ProcessState.ExitCode(), said)
	}
}

// refuses waits for the end and holds it against the promise.
func (c *child) refuses(g *ground, says ...string) {
	c.t.Helper()
	select {
	case <-c.done:
	case <-time.After(refusalTime):
		c.kill()
		c.t.Fatalf("no end within %s:\n%s", refusalTime, c.output())
	}
	if code := c.cmd.ProcessState.ExitCode(); code <= 0 {
		c.t.Errorf("exit code %d", code)
	}
	lines := c.sentences()
	if len(lines) != 1 || !strings.HasPrefix(lines[0], "ticketbot: ") {
		c.t.Fatalf("want one sentence, got %d lines:\n%s", len(lines), strings.Join(lines, "\n"))
	}
	c.t.Log(lines[0])
	for _, want := range says {
		if !strings.Contains(lines[0], want) {
			c.t.Errorf("it does not say %q", want)
		}
	}
	for _, no := range []string{"goroutine ", "panic", "SQLSTATE", "{", "}", "%!"} {
		if strings.Contains(lines[0], no) {
			c.t.Errorf("it says %q", no)
		}
	}
	for _, secret := range []string{g.settings.Token, g.settings.ClientSecret, g.settings.Secret, "PASTED", "MISTAKE"} {
		if strings.Contains(c.output(), secret) {
			c.t.Errorf("a secret (%.6s...) is in the output:\n%s", secret, c.output())
		}
	}
}

// sentences are the lines of the output that are not records of the log.
func (c *child) sentences() []string {
	var lines []string
	for line := range strings.Lines(c.output()) {
		if line = strings.TrimSuffix(line, "\n"); !json.Valid([]byte(line)) {
			lines = append(lines, line)
		}
	}
	return lines
}

// spoil makes a good ground a bad one.
type spoil func(t *testing.T, g *ground)

func set(name, value string) spoil {
	return func(_ *testing.T, g *ground) { g.env[name] = value }
}

func both(a, b spoil) spoil {
	return func(t *testing.T, g *ground) { a(t, g); b(t, g) }
}

// addressOf sets a variable to a URL of something that runs for as long as the test.
func addressOf(name, format string, runs func(*testing.T) string) spoil {
	return func(t *testing.T, g *ground) { g.env[name] = fmt.Sprintf(format, runs(t)) }
}

// refusal is as much of a PostgreSQL as it takes to say no.
func refusal(t *testing.T) string {
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			server := pgproto3.NewBackend(conn, conn)
			message, err := server.ReceiveStartupMessage()
			if _, tls := message.(*pgproto3.SSLRequest); err == nil && tls {
				_, _ = conn.Write([]byte("N"))
				_, _ = server.ReceiveStartupMessage()
			}
			server.Send(&pgproto3.ErrorResponse{Severity: "FATAL", Code: "28P01", Message: `password authentication failed for user "bot"`})
			_ = server.Flush()
			conn.Close()
		}
	}()
	return l.Addr().String()
}

// website answers, but not as Discord does.
func website(t *testing.T) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		if strings.HasPrefix(r.URL.Path, "/nothing") {
			w.WriteHeader(http.StatusNotFound)
		}
		fmt.Fprint(w, "<!doctype html><title>Welcome to nginx</title>")
	}))
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

func busyAddress(t *testing.T, g *ground) { g.env["TICKETBOT_LISTEN"] = listening(t) }

// listening is an address that is taken, by somebody who says nothing.
func listening(t *testing.T) string {
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { l.Close() })
	return l.Addr().String()
}

func dataBelowFile(t *testing.T, g *ground) {
	file := filepath.Join(g.dir, "file")
	must(t, os.WriteFile(file, nil, 0o600))
	g.env["TICKETBOT_DATA_DIR"] = filepath.Join(file, "data")
}

func closedData(t *testing.T, g *ground) {
	if os.Geteuid() != 0 {
		t.Skip("PostgreSQL runs as another user only for root")
	}
	closed := filepath.Join(g.dir, "closed")
	must(t, os.Mkdir(closed, 0o700))
	g.env["TICKETBOT_DATA_DIR"] = filepath.Join(closed, "data")
}

func foreignData(t *testing.T, g *ground) {
	must(t, os.MkdirAll(filepath.Join(g.dir, "postgres", "data", "holiday"), 0o700))
}

func certificates(file string) spoil {
	return both(set("TICKETBOT_KEYS_CERT", file), both(set("TICKETBOT_KEYS_KEY", file), set("TICKETBOT_KEYS_CA", file)))
}

func keysBelowFile(setting string) spoil {
	return func(t *testing.T, g *ground) {
		file := filepath.Join(g.dir, "file")
		must(t, os.WriteFile(file, nil, 0o600))
		g.env[setting] = filepath.Join(file, "keys")
	}
}

func mirrorOfItself(_ *testing.T, g *ground) {
	g.env["TICKETBOT_KEYS_MIRROR"] = filepath.Join(g.dir, "elsewhere", "..", "keys")
}

func emptyBinaries(t *testing.T, g *ground) { g.env["TICKETBOT_POSTGRES_BIN"] = t.TempDir() }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
