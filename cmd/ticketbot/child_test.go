package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"ticketbot/discord"
	"ticketbot/discordsim"
	"ticketbot/discordsim/contract"
)

// asProgram makes the test binary behave as ticketbot, so that tests can end it the hard way.
const asProgram = "TICKETBOT_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) == "" {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(execute(ctx, os.Args[1:], program{os.Stdout, os.Stderr}))
}

// child is a ticketbot in a process of its own.
type child struct {
	t    *testing.T
	cmd  *exec.Cmd
	url  string
	done chan struct{}

	mu  sync.Mutex
	log bytes.Buffer
}

func (c *child) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.log.Write(p)
}

func (c *child) output() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.log.String()
}

// start runs ticketbot with these settings in its environment.
func start(t *testing.T, env map[string]string, args ...string) *child {
	t.Helper()
	c := &child{t: t, cmd: exec.Command(os.Args[0], args...), done: make(chan struct{})}
	c.cmd.Env = []string{asProgram + "=1", "PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}
	for k, v := range env {
		c.cmd.Env = append(c.cmd.Env, k+"="+v)
	}
	c.url = env["TICKETBOT_PUBLIC_URL"]
	c.cmd.Stdout, c.cmd.Stderr = c, c
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(c.done)
		_ = c.cmd.Wait()
	}()
	t.Cleanup(c.kill)
	return c
}

// kill is kill -9, and returns when the process is gone.
func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	<-c.done
}

// stop asks nicely.
func (c *child) stop() {
	c.t.Helper()
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-c.done:
	case <-time.After(3 * time.Minute):
		c.t.Fatalf("did not stop within three minutes:\n%s", c.output())
	}
	if code := c.cmd.ProcessState.ExitCode(); code != 0 {
		c.t.Fatalf("exit code %d:\n%s", code, c.output())
	}
}

// ready waits until the process serves.
func (c *child) ready(ctx context.Context) {
	c.t.Helper()
	for {
		r, err := http.Get(c.url + "/readyz")
		if err == nil {
			_, _ = io.Copy(io.Discard, r.Body)
			r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case <-c.done:
			c.t.Fatalf("ended instead of serving:\n%s", c.output())
		case <-ctx.Done():
			c.t.Fatalf("not ready: %v\n%s", ctx.Err(), c.output())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// ground is a simulated Discord and the settings of a ticketbot that lives there.
type ground struct {
	demo
	dir string
	env map[string]string
}

func newGround(t *testing.T, o discordsim.Options) *ground {
	t.Helper()
	g := &ground{dir: dataDir(t)}
	address := freeAddress(t)
	public := "http://" + address
	g.sim = discordsim.New(contract.WatchBot(t, o))
	var err error
	g.world, err = g.sim.Support(discordsim.SupportOptions{
		Seed: 1, BotPermissions: discordsim.Permissions(discord.Invited()), Redirects: []string{public + "/auth/callback"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := g.sim.Start(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.sim.Close)
	g.settings = settings{
		place: place{DataDir: g.dir},
		discordSettings: discordSettings{
			Token: g.world.App.Token, ClientSecret: g.world.App.ClientSecret,
			API: g.sim.URL() + "/api/v10", Site: g.sim.URL(), CDN: g.sim.URL(),
		},
		webSettings: webSettings{Listen: address, PublicURL: public, Secret: randomSecret()},
	}
	g.env = map[string]string{
		"TICKETBOT_DATA_DIR": g.dir, "TICKETBOT_LISTEN": address, "TICKETBOT_PUBLIC_URL": public,
		"TICKETBOT_SECRET": g.settings.Secret, "TICKETBOT_DISCORD_TOKEN": g.settings.Token,
		"TICKETBOT_DISCORD_CLIENT_SECRET": g.settings.ClientSecret, "TICKETBOT_DISCORD_API": g.settings.API,
		"TICKETBOT_DISCORD_SITE": g.settings.Site, "TICKETBOT_DISCORD_CDN": g.settings.CDN,
	}
	return g
}

// dataDir is a directory that an unprivileged PostgreSQL can enter, unlike t.TempDir below a private parent.
func dataDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "ticketbot-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return filepath.Clean(dir)
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
