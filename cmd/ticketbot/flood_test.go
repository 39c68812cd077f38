package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ticketbot/discordsim"
	"ticketbot/internal/pglocal"
)

const (
	floodRate = 10_000 // messages a second
	floodTime = 5 * time.Second

	// saves is how often, for each second, the place in the event stream is saved at most, however many events pass.
	saves = 4
)

// TestTenThousandMessagesASecondElsewhereCostNothing floods a channel that is no ticket's, and holds what the database
// and the process's memory have to say about it against the same time of quiet; and, so that silence means something,
// against the same time of talk in a ticket.
func TestTenThousandMessagesASecondElsewhereCostNothing(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	g := newGround(t, discordsim.Options{NoRateLimits: true})
	bot := start(t, g.env, "run")
	bot.ready(ctx)
	must(t, g.setUp(ctx))
	room, err := g.open(ctx, g.world.Mia, [3]string{"help", "please", "low"})
	must(t, err)
	d := dials(ctx, t, g)
	g.flood(ctx, t, d, time.Second) // warm: buffers have the size that they need

	quiet := d.during(func() { time.Sleep(floodTime) })
	flood := d.during(func() { g.flood(ctx, t, d, floodTime) })
	const lines = 100
	talk := d.during(func() {
		before := d.metric("ticketbot_events_handled_total")
		for i := range lines {
			_, err := g.sim.Say(g.world.Mia, room, discordsim.SayOptions{Content: fmt.Sprint("line ", i)})
			must(t, err)
			time.Sleep(floodTime / lines) // one by one, not in one transaction
		}
		d.until("ticketbot_events_handled_total", before+lines)
	})
	t.Logf("quiet: %s", quiet)
	t.Logf("flood: %s", flood)
	t.Logf("talk:  %s", talk)
	alone := quiet.commits / quiet.seconds * flood.seconds
	if flood.commits > alone*1.2+10+saves*flood.seconds {
		t.Errorf("%.0f transactions during the flood, %.0f in as much quiet", flood.commits, alone)
	}
	if talk.commits < quiet.commits+lines/2 {
		t.Errorf("the control: %d messages in a ticket made only %.0f transactions, quiet %.0f", lines, talk.commits, quiet.commits)
	}
	if flood.handled != 0 || flood.screened < floodRate*floodTime.Seconds() {
		t.Errorf("%.0f events were screened and %.0f handled", flood.screened, flood.handled)
	}
	if flood.heap > 8e6 || flood.resident > 16e6 {
		t.Errorf("memory grew: heap by %.1f MB, resident by %.1f MB", flood.heap/1e6, flood.resident/1e6)
	}
	judgeRate(t, flood)
}

// judgeRate: a rate that was not reached is the program's failure, unless others had the machine.
func judgeRate(t *testing.T, m measured) {
	t.Helper()
	rate := m.screened / m.seconds
	t.Logf("%.0f messages a second; for each, %.1f µs of ticketbot and %.1f µs of the simulator; others used %.0f %% of the machine",
		rate, m.cpu/m.screened*1e6, m.simulator/m.screened*1e6, m.others*100)
	switch {
	case rate >= 0.97*floodRate:
	case withRace, m.others > 0.2:
		t.Logf("NOT JUDGED: the rate of %d was not reached, but the machine was shared (race detector: %t)", floodRate, withRace)
	default:
		t.Errorf("the rate was %.0f, want %d", rate, floodRate)
	}
}

// flood sends and waits until ticketbot has seen it all.
func (g *ground) flood(ctx context.Context, t *testing.T, d *dialBoard, lasts time.Duration) {
	t.Helper()
	n := int(floodRate * lasts.Seconds())
	before := d.metric("ticketbot_events_screened_total")
	must(t, g.sim.Flood(ctx, g.world.General, n, floodRate))
	d.until("ticketbot_events_screened_total", before+float64(n))
}

// measured is what happened during something.
type measured struct {
	seconds, commits, screened, handled float64
	heap, resident                      float64 // bytes more than before
	cpu, simulator                      float64 // seconds of computing: ticketbot's, and this process's with the simulator
	others                              float64 // share of the machine that other processes used, 0 to 1
}

func (m measured) String() string {
	return fmt.Sprintf("%.1f s, %.0f transactions, %.0f events screened, %.0f handled, heap %+.1f MB, resident %+.1f MB",
		m.seconds, m.commits, m.screened, m.handled, m.heap/1e6, m.resident/1e6)
}

// dialBoard reads a running ticketbot's figures, and those of its private database.
type dialBoard struct {
	ctx  context.Context
	t    *testing.T
	site *visitor
	sql  *pgx.Conn
}

func dials(ctx context.Context, t *testing.T, g *ground) *dialBoard {
	t.Helper()
	cluster, err := pglocal.Start(ctx, pglocal.Options{Dir: filepath.Join(g.dir, "postgres")}) // attaches
	must(t, err)
	t.Cleanup(func() { _ = cluster.Stop(context.Background()) })
	sql, err := pgx.Connect(ctx, cluster.URL("postgres"))
	must(t, err)
	t.Cleanup(func() { sql.Close(context.Background()) })
	return &dialBoard{ctx, t, g.browser(t), sql}
}

func (d *dialBoard) during(do func()) measured {
	d.t.Helper()
	before, began := d.read(), time.Now()
	do()
	took := time.Since(began)
	after := d.read()
	m := measured{
		seconds: took.Seconds(), commits: after.commits - before.commits, screened: after.screened - before.screened,
		handled: after.handled - before.handled, heap: after.heap - before.heap, resident: after.resident - before.resident,
		cpu: after.cpu - before.cpu, simulator: after.simulator - before.simulator,
	}
	ours := m.cpu + m.simulator
	if all := after.machine - before.machine; all > 0 {
		m.others = max(0, (after.busy-before.busy)-ours) / all
	}
	return m
}

// reading is all dials at a moment.
type reading struct {
	measured
	busy, machine float64 // seconds of computing, of all processes and at all possible
}

func (d *dialBoard) read() reading {
	d.t.Helper()
	time.Sleep(1200 * time.Millisecond) // PostgreSQL's connections report once a second; idle ones within ten
	var r reading
	const ask = "select xact_commit + xact_rollback from pg_stat_database where datname = current_database()"
	must(d.t, d.sql.QueryRow(d.ctx, ask).Scan(&r.commits))
	figures := d.figures()
	r.screened, r.handled = figures["ticketbot_events_screened_total"], figures["ticketbot_events_handled_total"]
	r.heap, r.resident = figures["go_memstats_heap_inuse_bytes"], figures["process_resident_memory_bytes"]
	r.cpu = figures["process_cpu_seconds_total"]
	var own syscall.Rusage
	must(d.t, syscall.Getrusage(syscall.RUSAGE_SELF, &own))
	r.simulator = float64(own.Utime.Nano()+own.Stime.Nano()) / 1e9
	r.busy, r.machine = machine()
	return r
}

func (d *dialBoard) figures() map[string]float64 {
	d.t.Helper()
	figures := map[string]float64{}
	for _, m := range regexp.MustCompile(`(?m)^([a-z_]+) (\S+)$`).FindAllStringSubmatch(d.site.get(d.site.site+"/metrics"), -1) {
		figures[m[1]], _ = strconv.ParseFloat(m[2], 64)
	}
	return figures
}

func (d *dialBoard) metric(name string) float64 {
	d.t.Helper()
	value, there := d.figures()[name]
	if !there {
		d.t.Fatalf("/metrics has no %s", name)
	}
	return value
}

// until waits until a counter has come so far.
func (d *dialBoard) until(name string, want float64) {
	d.t.Helper()
	for d.metric(name) < want {
		select {
		case <-d.ctx.Done():
			d.t.Fatalf("%s is %.0f, want %.0f", name, d.metric(name), want)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// machine is how long the processors have worked since the start, and how long they could have; zeros where unknown.
func machine() (busy, all float64) {
	const ticks = 100 // a second, on every Linux
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, 0
	}
	line, _, _ := strings.Cut(string(text), "\n")
	for i, field := range strings.Fields(line)[1:9] { // user nice system idle iowait irq softirq steal
		n, _ := strconv.ParseFloat(field, 64)
		all += n / ticks
		if i != 3 && i != 4 {
			busy += n / ticks
		}
	}
	return busy, all
}
