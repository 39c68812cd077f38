//go:build linux

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ticketbot/discordsim"
	"ticketbot/internal/canary"
	"ticketbot/internal/clock"
	"ticketbot/internal/leakscan"
	"ticketbot/keys/decryptall"
	"ticketbot/ticket"

	"github.com/jackc/pgx/v5"
)

// TestForgetAndAttack forgets a ticket, a person and a server in the running program, and then attacks with three copies
// of the database from before and one from after, every byte that was ever written to the keyring and its mirror, all files, and every
// secret that there is now. Nothing of the forgotten opens, everything of everybody else does; before, everything does.
func TestForgetAndAttack(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	a := newAttackTown(ctx, t)
	loot := &attackLoot{t: t, ctx: ctx, blobs: map[string][]byte{}}
	keyring := loot.watch(filepath.Join(a.dir, "keys"))
	a.settings.Keys.Mirror = loot.watch(filepath.Join(a.dir, "mirror"))
	a.env["TICKETBOT_KEYS_MIRROR"] = a.settings.Keys.Mirror

	bot := start(t, a.env, "run")
	bot.ready(ctx)
	a.settle()
	a.talk(a.ground, a.world.Mia, a.mia, a.others, "the ticket of the person")
	a.talk(a.ground, a.world.Leo, a.ticket, a.ticket, "the ticket")
	loot.images = append(loot.images, a.baseBackup(ctx, t, a.reach(ctx, t), "Monday"))
	a.talk(a.ground, a.world.Ava, a.others, a.others, "another ticket")
	a.talk(a.second, a.world.Mia, a.mia, a.guild, "the person in the second server")
	loot.images = append(loot.images, a.baseBackup(ctx, t, a.reach(ctx, t), "Tuesday"))
	a.talk(a.second, a.second.world.Leo, a.guild, a.guild, "the second server")
	a.logIn(t, a.world.Mia)
	bot.stop()
	loot.images = append(loot.images, a.coldCopy(t, "Wednesday"))
	loot.files(filepath.Join(a.dir, "files"))
	loot.attack("before", a.everybody(), nil)
	if t.Failed() {
		return // an attacker who is blind proves nothing
	}

	oldRoot, err := os.ReadFile(filepath.Join(keyring, "root"))
	must(t, err)
	a.forgetTicket()
	again := start(t, a.env, "run")
	again.ready(ctx)
	a.forgetGuild()
	a.forgetMia()
	again.stop()
	loot.images = append(loot.images, a.coldCopy(t, "Thursday"))
	loot.files(filepath.Join(a.dir, "files"))
	victims := map[string]bool{"Mia": true, "the ticket": true, "the second server": true}
	loot.attack("after", a.everybody(), victims)
	loot.attack("after, with the old root", a.everybody(), nil, decryptall.File{Name: "root", Content: oldRoot})
	loot.search(a, bot.output()+again.output())
}

// forgetTicket forgets Leo's ticket, which is over: what its deadline will do.
func (a *attackTown) forgetTicket() {
	a.t.Helper()
	in, err := install(a.ctx, a.settings, clock.System{}, newLog(program{io.Discard, io.Discard}, false))
	must(a.t, err)
	defer in.close(a.ctx)
	of, err := in.vault.store.TicketsOf(a.ctx, ticket.UserID(a.world.Leo), nil)
	must(a.t, err)
	if len(of) != 1 {
		a.t.Fatalf("Leo has %d tickets", len(of))
	}
	must(a.t, in.privacy.ForgetTicket(a.ctx, of[0].Guild, of[0].ID))
}

// forgetGuild throws the bot out of the second server.
func (a *attackTown) forgetGuild() {
	must(a.t, a.sim.KickBot(a.world.App.ID, a.second.world.Guild))
	a.wait("select count(*) = 1 from departed")
}

// forgetMia has Mia ask to be forgotten, in Discord.
func (a *attackTown) forgetMia() {
	a.t.Helper()
	asked, err := answered(a.ctx)(a.sim.Command(a.world.Mia, a.world.General, "privacy delete", nil))
	must(a.t, err)
	button := firstButton(asked.Message.Components)
	if button == "" {
		a.t.Fatalf("there is nothing to press: %+v", asked.Message)
	}
	a.do(a.sim.Click(a.world.Mia, asked.Message.ID, button))
	a.wait("select count(*) = 1 from erasure where state = 'done'")
}

func firstButton(components []discordsim.Object) string {
	for _, c := range components {
		if id, _ := c["custom_id"].(string); id != "" {
			return id
		}
		if id := firstButton(children(c)); id != "" {
			return id
		}
	}
	return ""
}

// wait asks the running program's database until it says yes.
func (a *attackTown) wait(question string) {
	a.t.Helper()
	conn, err := pgx.Connect(a.ctx, a.reach(a.ctx, a.t))
	must(a.t, err)
	defer conn.Close(a.ctx)
	for yes := false; !yes; time.Sleep(20 * time.Millisecond) {
		if err := conn.QueryRow(a.ctx, question).Scan(&yes); err != nil {
			a.t.Fatalf("%s: %v", question, err)
		}
	}
}

// attackLoot is what an attacker has collected over the days.
type attackLoot struct {
	t         *testing.T
	ctx       context.Context
	keyrings  []string // directories, and what was ever written to each
	recorders []*decryptall.Recorder
	images    []dbImage
	blobs     map[string][]byte // by name; removed ones stay
	earlier   *decryptall.Attacker
}

// watch makes a directory for a keyring, or its mirror, and keeps all that will ever be written there.
func (l *attackLoot) watch(dir string) string {
	l.t.Helper()
	must(l.t, os.Mkdir(dir, 0o700))
	recorder, err := decryptall.Record(dir, dir+"-kept")
	must(l.t, err)
	l.t.Cleanup(func() { must(l.t, recorder.Stop()) })
	l.keyrings, l.recorders = append(l.keyrings, dir), append(l.recorders, recorder)
	return dir
}

func (l *attackLoot) files(dir string) {
	l.t.Helper()
	must(l.t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		l.blobs[d.Name()] = content
		return err
	}))
}

// attack wants none of the words of those who are forgotten, and all of the others'.
func (l *attackLoot) attack(when string, all map[string]*canary.Plantation, forgotten map[string]bool, more ...decryptall.File) {
	l.t.Helper()
	begun := time.Now()
	attacker := decryptall.New()
	if l.earlier != nil {
		attacker.Learn(l.earlier)
	}
	l.earlier = attacker
	for i, dir := range l.keyrings {
		must(l.t, attacker.Keyring(dir))
		recorded, err := l.recorders[i].Files()
		must(l.t, err)
		if len(recorded) == 0 {
			l.t.Errorf("%s: nothing was ever written to %s", when, dir)
		}
		attacker.Add(recorded...)
	}
	attacker.Add(more...)
	for name, content := range l.blobs {
		attacker.Blob(name, content)
	}
	for _, image := range l.images {
		image.open(l.ctx, l.t, func(url string) { must(l.t, attacker.Image(l.ctx, url)) })
	}
	spoils := attacker.Attack()
	for whose, words := range all {
		found, lost := words.Found(spoils.Texts()...), words.Missing(joined(spoils.Texts()))
		switch {
		case forgotten[whose] && len(found) > 0:
			l.t.Errorf("%s: %s can be recovered: %v", when, whose, where(words, found, spoils))
		case !forgotten[whose] && len(lost) > 0:
			l.t.Errorf("%s: of %s, the attacker does not find %v", when, whose, lost)
		}
	}
	if when == "before" {
		for place, tally := range spoils.Tally {
			if tally.Seen != tally.Opened {
				l.t.Errorf("before: of %d values in %s the attacker opens %d", tally.Seen, place, tally.Opened)
			}
		}
	}
	l.t.Logf("%s: %d values opened, %d of %d keyring files, %v", when, len(spoils.Opened), spoils.Files.Opened, spoils.Files.Seen,
		time.Since(begun).Round(time.Millisecond))
}

func joined(texts [][]byte) string {
	var all strings.Builder
	for _, text := range texts {
		all.Write(text)
		all.WriteByte('\n')
	}
	return all.String()
}

// where says which columns gave places' words away.
func where(words *canary.Plantation, places []string, spoils *decryptall.Spoils) []string {
	var all []string
	for _, place := range places {
		for _, o := range spoils.Opened {
			if strings.Contains(string(o.Plain), words.Plant(place)) {
				all = append(all, fmt.Sprintf("%s (in %s)", place, o.Where))
				break
			}
		}
	}
	return all
}

// search looks for every word in everything that is on the disk and in every dump and log: none is there in clear. One
// that is planted in clear is found everywhere.
func (l *attackLoot) search(a *attackTown, log string) {
	l.t.Helper()
	var all []string
	for _, words := range a.everybody() {
		all = append(all, words.Words()...)
	}
	control := canary.Word()
	s := leakscan.New(append(all, control)...)
	leaks := s.Bytes("the log", []byte(log))
	files, size := 0, int64(len(log))
	for _, dir := range append(l.images, dbImage{"the data directory", a.dir}) {
		found, err := s.Dir(dir.dir)
		must(l.t, err)
		leaks = append(leaks, found.Leaks...)
		files, size = files+found.Files, size+found.Bytes
	}
	for _, image := range l.images {
		image.open(l.ctx, l.t, func(url string) {
			found, err := s.Database(l.ctx, url)
			must(l.t, err)
			leaks = append(append(leaks, found.Leaks...), s.Bytes("a dump", image.dump(l.ctx, l.t, url))...)
		})
	}
	for _, leak := range leaks {
		l.t.Errorf("in clear: %v", leak)
	}
	l.t.Logf("%d words, %d files, %.0f MB: %d leaks", len(all), files, float64(size)/1e6, len(leaks))
	if files < 3000 || len(all) < 60 || len(log) < 4000 {
		l.t.Errorf("%d files, %d words, %d bytes of log: too little was searched to mean anything", files, len(all), len(log))
	}
	image := l.images[0]
	image.open(l.ctx, l.t, func(url string) {
		conn, err := pgx.Connect(l.ctx, url)
		must(l.t, err)
		defer conn.Close(l.ctx)
		_, err = conn.Exec(l.ctx, "create table control as select '"+control+"' as word")
		must(l.t, err)
		_, err = conn.Exec(l.ctx, "checkpoint")
		must(l.t, err)
		leaks := s.Bytes("a dump", image.dump(l.ctx, l.t, url))
		found, err := s.Dir(image.dir)
		must(l.t, err)
		if len(leaks) == 0 || len(found.Leaks) == 0 {
			l.t.Error("a word in clear is not found")
		}
	})
}
