package discord_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"ticketbot/discord"
	"ticketbot/discordsim"
	"ticketbot/discordsim/contract"
	"ticketbot/internal/clock"
	"ticketbot/internal/fault"
	"ticketbot/internal/say"
	"ticketbot/ticket"
)

// The whole package against the simulator, which was written without knowing it.

const botPermissions = discordsim.PermViewChannel | discordsim.PermSendMessages | discordsim.PermEmbedLinks |
	discordsim.PermAttachFiles | discordsim.PermReadHistory | discordsim.PermManageChannels | discordsim.PermManageRoles |
	discordsim.PermManageThreads | discordsim.PermPinMessages

type town struct {
	*discordsim.Server
	t      *testing.T
	app    discordsim.Application
	guild  discordsim.ID
	owner  discordsim.ID
	staff  discordsim.ID
	member discordsim.ID
	role   discordsim.ID
	parent discordsim.ID
	log    discordsim.ID
	client *discord.Client
	clock  *clock.Manual
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func newTown(t *testing.T, bot discordsim.Permissions) *town {
	t.Helper()
	w := &town{t: t, clock: clock.NewManual(time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC))}
	w.Server = must(discordsim.Start(context.WithoutCancel(t.Context()), contract.WatchBot(t, discordsim.Options{Start: w.clock.Now(), Frozen: true, NoRateLimits: true})))(t)
	t.Cleanup(w.Close)
	w.owner, w.staff, w.member = w.NewUser("owner", "Owner").ID, w.NewUser("sam", "Sam").ID, w.NewUser("mia", "Mia").ID
	w.guild = must(w.NewGuild(w.owner, "Town"))(t)
	w.role = must(w.NewRole(w.guild, discordsim.RoleOptions{Name: "Staff", Color: 0xFF0000, Mentionable: true}))(t).ID
	for _, u := range []discordsim.ID{w.staff, w.member} {
		w.check(w.Join(u, w.guild))
	}
	w.check(w.GiveRole(w.staff, w.guild, w.role))
	w.parent = must(w.NewChannel(w.guild, discordsim.ChannelOptions{Name: "Tickets", Type: 4}))(t).ID
	w.log = must(w.NewChannel(w.guild, discordsim.ChannelOptions{Name: "log"}))(t).ID
	w.app = w.NewApplication("TicketBot", []string{"http://127.0.0.1:1/callback"})
	w.check(w.AddBot(w.app.ID, w.guild, bot))
	w.client = discord.New(discord.Options{Token: w.app.Token, API: w.URL() + "/api/v10", Dashboard: "https://tickets.example", Clock: w.clock})
	me := must(w.client.Me(t.Context()))(t)
	if uint64(me.User) != uint64(w.app.ID) || me.Application != uint64(w.app.ID) || me.Name != "TicketBot" {
		t.Fatalf("the bot takes itself for %+v", me)
	}
	return w
}

func (w *town) check(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *town) ticket() *ticket.Ticket {
	return &ticket.Ticket{
		ID: 1, Guild: ticket.Guild{ID: ticket.GuildID(w.guild), Epoch: 1}, Number: 42, PublicID: "k3JxYzq9aPqRstuv", Opener: 1,
		OpenedAt: w.clock.Now().Add(-2 * time.Hour), ClosedAt: w.clock.Now(), CloseReason: "Solved. @everyone",
		Answers: []ticket.Answer{{Question: "What is it about?", Kind: ticket.Short, Values: []string{"<@&1> @everyone **loud**"}}},
	}
}

func (w *town) category() *ticket.Category {
	return &ticket.Category{ID: 3, Name: "Support", StaffRoles: []ticket.RoleID{ticket.RoleID(w.role)}, Parent: ticket.ChannelID(w.parent), Log: ticket.ChannelID(w.log)}
}

// open makes a ticket's channel and greets in it.
func (w *town) open() (*ticket.Ticket, ticket.Welcome) {
	w.t.Helper()
	t, c := w.ticket(), w.category()
	made := must(w.client.CreateChannel(w.t.Context(), ticket.ChannelSpec{Ticket: t, Category: c, Opener: ticket.UserID(w.member)}))(w.t)
	if len(made.Missing) > 0 {
		w.t.Fatalf("missing %v", made.Missing)
	}
	t.Channel = made.ID
	welcome := ticket.Welcome{Ticket: t, Category: c, Opener: ticket.UserID(w.member)}
	t.Welcome = must(w.client.PostWelcome(w.t.Context(), welcome, 7, false))(w.t)
	return t, welcome
}

// calls checks that exactly these requests were made since, by method and route.
func (w *town) calls(since int64, want map[string]int) {
	w.t.Helper()
	if got := w.CallCounts(since); !maps.Equal(got, want) {
		w.t.Errorf("requests were %v, want %v", got, want)
	}
}

func (w *town) sees(user discordsim.ID, channel ticket.ChannelID) bool {
	_, err := w.Messages(user, discordsim.ID(channel), 0, 10)
	return err == nil
}

func TestOpen(t *testing.T) {
	w := newTown(t, botPermissions)
	since := w.Seq()
	tk, welcome := w.open()
	t.Run("takes two requests", func(t *testing.T) {
		w.t = t
		w.calls(since, map[string]int{"POST /guilds/{guild}/channels": 1, "POST /channels/{channel}/messages": 1})
	})
	t.Run("lets in the opener and the staff, and nobody else", func(t *testing.T) {
		stranger := w.NewUser("stranger", "").ID
		w.check(w.Join(stranger, w.guild))
		if !w.sees(w.member, tk.Channel) || !w.sees(w.staff, tk.Channel) || w.sees(stranger, tk.Channel) {
			t.Errorf("opener %v, staff %v, stranger %v", w.sees(w.member, tk.Channel), w.sees(w.staff, tk.Channel), w.sees(stranger, tk.Channel))
		}
		if _, err := w.Say(w.member, discordsim.ID(tk.Channel), discordsim.SayOptions{Content: "hello"}); err != nil {
			t.Error(err)
		}
	})
	t.Run("the welcome pings opener and staff only, whatever the answers say", func(t *testing.T) {
		all := must(w.Messages(w.member, discordsim.ID(tk.Channel), 0, 10))(t)
		m := all[0]
		if m.ID != discordsim.ID(tk.Welcome) {
			m = all[len(all)-1]
		}
		if m.MentionEveryone || len(m.Mentions) != 1 || m.Mentions[0].ID != w.member || !reflect.DeepEqual(m.MentionRoles, []discordsim.ID{w.role}) {
			t.Errorf("everyone %v, users %v, roles %v", m.MentionEveryone, m.Mentions, m.MentionRoles)
		}
	})
	t.Run("again finds what is there", func(t *testing.T) {
		since := w.Seq()
		if found := must(w.client.FindChannel(t.Context(), tk))(t); found != tk.Channel {
			t.Errorf("found channel %d", found)
		}
		if id := must(w.client.PostWelcome(t.Context(), welcome, 7, true))(t); id != tk.Welcome {
			t.Errorf("posted another welcome, %d", id)
		}
		w.t = t
		w.calls(since, map[string]int{"GET /guilds/{guild}/channels": 1, "GET /channels/{channel}/messages": 1})
		other := *tk
		other.PublicID = "anotherTicket_-1"
		if found := must(w.client.FindChannel(t.Context(), &other))(t); found != 0 {
			t.Errorf("found %d for a ticket without channel", found)
		}
	})
	t.Run("sent twice at once, one welcome", func(t *testing.T) {
		if id := must(w.client.PostWelcome(t.Context(), welcome, 7, false))(t); id != tk.Welcome {
			t.Errorf("posted another welcome, %d", id)
		}
	})
	t.Run("again posts what is not there", func(t *testing.T) {
		w.check(w.Delete(w.owner, discordsim.ID(tk.Welcome)))
		id := must(w.client.PostWelcome(t.Context(), welcome, 8, true))(t)
		if id == 0 || id == tk.Welcome {
			t.Errorf("welcome is %d", id)
		}
	})
}

func TestClaimShowsInTheWelcome(t *testing.T) {
	w := newTown(t, botPermissions)
	_, welcome := w.open()
	since := w.Seq()
	welcome.Ticket.Claimer, welcome.Claimer = 2, ticket.UserID(w.staff)
	w.check(w.client.EditWelcome(t.Context(), welcome))
	w.calls(since, map[string]int{"PATCH /channels/{channel}/messages/{message}": 1})
	m := must(w.Messages(w.staff, discordsim.ID(welcome.Ticket.Channel), 0, 1))(t)[0]
	if text := fmt.Sprint(m.Components); !strings.Contains(text, "Claimed by <@"+w.staff.String()+">") {
		t.Errorf("the welcome says %s", text)
	}
	t.Run("and is of nobody once opener and claimer are forgotten", func(t *testing.T) {
		welcome.Opener, welcome.Claimer, welcome.Ticket.Answers = 0, 0, nil
		w.check(w.client.EditWelcome(t.Context(), welcome))
		m := must(w.Messages(w.staff, discordsim.ID(welcome.Ticket.Channel), 0, 1))(t)[0]
		text := fmt.Sprint(m.Components)
		if strings.Contains(text, "<@0>") || strings.Contains(text, w.member.String()) || strings.Contains(text, w.staff.String()) ||
			!strings.Contains(text, "Claimed by Deleted user") || !strings.Contains(text, "Deleted user, thank you") {
			t.Errorf("the welcome says %s", text)
		}
	})
}

func TestMembers(t *testing.T) {
	w := newTown(t, botPermissions)
	tk, _ := w.open()
	guest := w.NewUser("guest", "").ID
	w.check(w.Join(guest, w.guild))
	w.check(w.client.Grant(t.Context(), tk.Channel, ticket.UserID(guest)))
	if !w.sees(guest, tk.Channel) {
		t.Error("somebody let in does not see the channel")
	}
	for range 2 { // the second time they are out already
		w.check(w.client.Revoke(t.Context(), tk.Channel, ticket.UserID(guest)))
	}
	if w.sees(guest, tk.Channel) {
		t.Error("somebody shown out sees the channel")
	}
}

func TestClose(t *testing.T) {
	w := newTown(t, botPermissions)
	tk, _ := w.open()
	tk.Claimer, tk.Closer = 2, 2
	n := ticket.Notice{Ticket: tk, Category: w.category(), Opener: ticket.UserID(w.member), Claimer: ticket.UserID(w.staff), Closer: ticket.UserID(w.staff), Messages: 12}
	since := w.Seq()
	logged := must(w.client.PostLog(t.Context(), n, 20, false))(t)
	told := must(w.client.TellOpener(t.Context(), n.Opener, n, 21, false))(t)
	w.check(w.client.DeleteChannel(t.Context(), tk.Channel, tk.Name()))
	w.calls(since, map[string]int{
		"POST /channels/{channel}/messages": 2, "POST /users/@me/channels": 1, "DELETE /channels/{channel}": 1,
	})
	m := must(w.Messages(w.owner, discordsim.ID(n.Category.Log), 0, 5))(t)
	said := fmt.Sprint(m[0].Components)
	for _, part := range []string{"#0042", "Support", "https://tickets.example/t/" + tk.PublicID, "<@" + w.member.String() + ">", "12", "2 h 0 min", `Solved. \@everyone`} {
		if !strings.Contains(said, part) {
			t.Errorf("the log lacks %q: %s", part, said)
		}
	}
	if len(m[0].Mentions) != 0 || m[0].MentionEveryone {
		t.Errorf("the log pings %v", m[0].Mentions)
	}
	t.Run("again tells nobody twice", func(t *testing.T) {
		since := w.Seq()
		if again := must(w.client.PostLog(t.Context(), n, 20, true))(t); again != logged || again.Message != ticket.MessageID(m[0].ID) {
			t.Errorf("the log's post is %v, then %v", logged, again)
		}
		if again := must(w.client.TellOpener(t.Context(), n.Opener, n, 21, true))(t); again != told || again.Message == 0 || again.Channel == 0 {
			t.Errorf("the direct message is %v, then %v", told, again)
		}
		w.t = t
		w.calls(since, map[string]int{"GET /channels/{channel}/messages": 2, "POST /users/@me/channels": 1})
	})
	t.Run("whoever is forgotten disappears from the log", func(t *testing.T) {
		w.t = t
		n := n
		n.Opener = 0
		since := w.Seq()
		w.check(w.client.RewriteLog(t.Context(), logged.Channel, logged.Message, n))
		w.calls(since, map[string]int{"PATCH /channels/{channel}/messages/{message}": 1})
		now := must(w.Messages(w.owner, discordsim.ID(n.Category.Log), 0, 5))(t)
		said := fmt.Sprint(now[0].Components)
		if len(now) != len(m) || strings.Contains(said, w.member.String()) || !strings.Contains(said, "**Opened by** Deleted user") ||
			!strings.Contains(said, "<@"+w.staff.String()+">") || !strings.Contains(said, "/t/"+tk.PublicID) {
			t.Errorf("the log says %s", said)
		}
	})
	t.Run("and from what an opener was told, which stays", func(t *testing.T) {
		w.t = t
		n := n
		n.Closer = 0
		w.check(w.client.RewriteTold(t.Context(), told.Channel, told.Message, n))
		now := must(w.Messages(w.member, discordsim.ID(told.Channel), 0, 5))(t)
		said := fmt.Sprint(now[0].Components)
		if strings.Contains(said, "<@") || !strings.Contains(said, "Deleted user") || !strings.Contains(said, "/t/"+tk.PublicID) {
			t.Errorf("the direct message says %s", said)
		}
	})
	t.Run("what was posted is deleted, once or twice", func(t *testing.T) {
		for range 2 {
			w.check(w.client.DeleteMessage(t.Context(), logged.Channel, logged.Message))
			w.check(w.client.DeleteMessage(t.Context(), told.Channel, told.Message))
		}
		w.check(w.client.RewriteLog(t.Context(), logged.Channel, logged.Message, n))
		if left := must(w.Messages(w.owner, discordsim.ID(n.Category.Log), 0, 5))(t); len(left) != 0 {
			t.Errorf("there is still %v", left)
		}
	})
	t.Run("a channel deleted by hand is gone", func(t *testing.T) {
		if err := w.client.DeleteChannel(t.Context(), tk.Channel, ""); !errors.Is(err, ticket.ErrChannelGone) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("an opener who takes no messages", func(t *testing.T) {
		w.check(w.CloseDMs(w.member, true))
		if _, err := w.client.TellOpener(t.Context(), n.Opener, n, 22, false); !errors.Is(err, ticket.ErrDMClosed) {
			t.Errorf("got %v", err)
		}
	})
}

func TestPanelIsPostedOnce(t *testing.T) {
	w := newTown(t, botPermissions)
	p := &ticket.Panel{ID: 5, Guild: w.ticket().Guild, Channel: ticket.ChannelID(w.log), Title: "Support"}
	id := must(w.client.PostPanel(t.Context(), p, []*ticket.Category{w.category()}, false))(t)
	if again := must(w.client.PostPanel(t.Context(), p, []*ticket.Category{w.category()}, true))(t); again != id || id == 0 {
		t.Errorf("posted %d, then %d", id, again)
	}
}

func TestRefusalsSayWhatToDo(t *testing.T) {
	refused := func(t *testing.T, err error, kind fault.Kind, part string) {
		t.Helper()
		f := fault.From(err)
		if f == nil || f.Kind != kind || !strings.Contains(say.Fault(f), part) {
			t.Errorf("got %v", err)
		}
	}
	t.Run("a permission is missing in the server", func(t *testing.T) {
		w := newTown(t, botPermissions&^discordsim.PermManageChannels)
		_, err := w.client.CreateChannel(t.Context(), ticket.ChannelSpec{Ticket: w.ticket(), Category: w.category(), Opener: ticket.UserID(w.member)})
		refused(t, err, fault.Permission, "Manage Channels")
		if names, err := w.client.Directory().Missing(t.Context(), ticket.GuildID(w.guild), 0); err != nil || !reflect.DeepEqual(names, []string{"Manage Channels"}) {
			t.Errorf("the doctor says %v, %v", names, err)
		}
	})
	t.Run("the log channel is closed to the bot", func(t *testing.T) {
		w := newTown(t, botPermissions)
		w.check(w.SetOverwrite(w.log, discordsim.Overwrite{ID: w.guild, Type: 0, Deny: discordsim.PermViewChannel}))
		_, err := w.client.PostLog(t.Context(), ticket.Notice{Ticket: w.ticket(), Category: w.category()}, 1, false)
		refused(t, err, fault.Permission, "<#"+w.log.String()+">")
		refused(t, err, fault.Permission, "View Channels")
	})
	t.Run("the category is full", func(t *testing.T) {
		w := newTown(t, botPermissions)
		for i := range 50 {
			must(w.NewChannel(w.guild, discordsim.ChannelOptions{Name: fmt.Sprint("c", i), Parent: w.parent}))(t)
		}
		_, err := w.client.CreateChannel(t.Context(), ticket.ChannelSpec{Ticket: w.ticket(), Category: w.category(), Opener: ticket.UserID(w.member)})
		refused(t, err, fault.Limit, "50 channels")
	})
	t.Run("the category was deleted", func(t *testing.T) {
		w := newTown(t, botPermissions)
		w.check(w.DeleteChannel(w.owner, w.parent))
		_, err := w.client.CreateChannel(t.Context(), ticket.ChannelSpec{Ticket: w.ticket(), Category: w.category(), Opener: ticket.UserID(w.member)})
		refused(t, err, fault.Conflict, "/setup")
	})
	t.Run("the token is wrong", func(t *testing.T) {
		w := newTown(t, botPermissions)
		c := discord.New(discord.Options{Token: "sim.1.wrong", API: w.URL() + "/api/v10", Clock: w.clock})
		_, err := c.Me(t.Context())
		refused(t, err, fault.Config, "Developer Portal")
	})
	t.Run("Discord is away", func(t *testing.T) {
		w := newTown(t, botPermissions)
		w.Close()
		_, err := w.client.CreateChannel(t.Context(), ticket.ChannelSpec{Ticket: w.ticket(), Category: w.category()})
		refused(t, err, fault.Unavailable, "try again")
	})
}

func TestHistory(t *testing.T) {
	w := newTown(t, botPermissions)
	tk, _ := w.open()
	for i := range 230 {
		must(w.Say(w.member, discordsim.ID(tk.Channel), discordsim.SayOptions{Content: fmt.Sprint("message ", i)}))(t)
	}
	since := w.Seq()
	var seen []ticket.Sighting
	pages := 0
	w.check(w.client.History(t.Context(), tk.Channel, tk.Welcome, func(page []ticket.Sighting) error {
		pages++
		seen = append(seen, page...)
		return nil
	}))
	if len(seen) != 230 || pages != 3 {
		t.Fatalf("%d messages on %d pages", len(seen), pages)
	}
	for i, s := range seen {
		if s.Content.Text != fmt.Sprint("message ", i) || s.Users[0].ID != ticket.UserID(w.member) || !s.Users[0].Partial || s.Seen.IsZero() {
			t.Fatalf("message %d is %+v", i, s)
		}
	}
	w.calls(since, map[string]int{"GET /channels/{channel}/messages": 3})
	t.Run("from the beginning", func(t *testing.T) {
		n := 0
		w.check(w.client.History(t.Context(), tk.Channel, 0, func(page []ticket.Sighting) error { n += len(page); return nil }))
		if n != 231 {
			t.Errorf("%d messages", n)
		}
	})
	t.Run("of a channel that is gone", func(t *testing.T) {
		w.check(w.DeleteChannel(w.owner, discordsim.ID(tk.Channel)))
		err := w.client.History(t.Context(), tk.Channel, 0, func([]ticket.Sighting) error { return nil })
		if !errors.Is(err, ticket.ErrChannelGone) {
			t.Errorf("got %v", err)
		}
	})
}

// vault is a box with whatever was put in.
type vault map[ticket.AttachmentID]string

func (v vault) PutFile(_ context.Context, f *ticket.File, r io.Reader) error {
	content, err := io.ReadAll(r)
	if err == nil {
		v[f.ID] = string(content)
	}
	return err
}

func TestFiles(t *testing.T) {
	w := newTown(t, botPermissions)
	tk, _ := w.open()
	content := strings.Repeat("screenshot ", 10000)
	m := must(w.Say(w.member, discordsim.ID(tk.Channel), discordsim.SayOptions{Files: []discordsim.File{{Name: "a.png", Data: []byte(content)}}}))(t)
	file := func() *ticket.File {
		a := m.Attachments[0]
		return &ticket.File{Message: ticket.MessageID(m.ID), ID: ticket.AttachmentID(a.ID), Detail: ticket.FileDetail{Name: a.Filename, Size: int64(a.Size), URL: a.URL}}
	}
	box := vault{}
	files := must(discord.NewFiles(w.client, box, w.URL()))(t)
	since := w.Seq()
	f := file()
	w.check(files.Copy(t.Context(), f))
	if box[f.ID] != content {
		t.Errorf("%d bytes were kept of %d", len(box[f.ID]), len(content))
	}
	if n := w.CallCounts(since)["GET /channels/{channel}/messages/{message}"]; n != 0 {
		t.Errorf("the message was asked for %d times", n)
	}
	kind := func(t *testing.T, f *ticket.File, kind fault.Kind) {
		t.Helper()
		if err := files.Copy(t.Context(), f); fault.KindOf(err) != kind {
			t.Errorf("got %v", err)
		}
	}
	t.Run("an address that expired is renewed", func(t *testing.T) {
		w.Advance(25 * time.Hour)
		delete(box, f.ID)
		f := file()
		w.check(files.Copy(t.Context(), f))
		if box[f.ID] != content {
			t.Errorf("%d bytes were kept", len(box[f.ID]))
		}
	})
	t.Run("a file on somebody else's host is not fetched", func(t *testing.T) {
		for _, address := range []string{"http://127.0.0.1:1/attachments/1/2/a", "https://example.com/a", w.URL() + "@example.com/", "file:///etc/passwd", ""} {
			f := file()
			f.Detail.URL = address
			kind(t, f, fault.Invalid)
		}
	})
	t.Run("a file too large is not even asked for", func(t *testing.T) {
		f := file()
		f.Detail.Size = discord.MaxFile + 1
		kind(t, f, fault.Limit)
	})
	t.Run("a file deleted meanwhile is gone", func(t *testing.T) {
		w.check(w.Delete(w.member, m.ID))
		w.Advance(25 * time.Hour)
		kind(t, file(), fault.NotFound)
	})
	t.Run("no name leads into a private network", func(t *testing.T) {
		public := must(discord.NewFiles(w.client, box, "http://localtest.invalid"))(t)
		f := file()
		f.Detail.URL = "http://localtest.invalid/attachments/1/2/a"
		if err := public.Copy(t.Context(), f); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("got %v", err)
		}
	})
}

func TestLogin(t *testing.T) {
	w := newTown(t, botPermissions)
	login := discord.NewLogin(w.client, discord.LoginOptions{
		ClientID: w.app.ID.String(), ClientSecret: w.app.ClientSecret, Redirect: "http://127.0.0.1:1/callback", Web: w.URL(),
	})
	// The verifier and challenge of RFC 7636, appendix B.
	const verifier, challenge = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
	consent := func(t *testing.T) string {
		t.Helper()
		browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		form := url.Values{"decision": {"allow"}, "user": {w.member.String()}}
		answer := must(browser.PostForm(login.AuthorizeURL("state-1", challenge), form))(t)
		defer answer.Body.Close()
		back := must(url.Parse(answer.Header.Get("Location")))(t)
		if back.Query().Get("state") != "state-1" || back.Query().Get("code") == "" {
			t.Fatalf("sent back to %s", back)
		}
		return back.Query().Get("code")
	}
	since := w.Seq()
	id := must(login.Exchange(t.Context(), consent(t), verifier))(t)
	if id.User.ID != ticket.UserID(w.member) || id.User.Username != "mia" || len(id.Guilds) != 1 || id.Guilds[0].Name != "Town" || id.Guilds[0].Owner {
		t.Errorf("%+v", id)
	}
	if n := w.CallCounts(since)["POST /oauth2/token/revoke"]; n != 1 {
		t.Errorf("the token was given back %d times: %v", n, w.CallCounts(since))
	}
	t.Run("a code stolen on its way is worth nothing", func(t *testing.T) {
		if _, err := login.Exchange(t.Context(), consent(t), strings.Repeat("x", 43)); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a wrong secret is the operator's to change", func(t *testing.T) {
		wrong := discord.NewLogin(w.client, discord.LoginOptions{ClientID: w.app.ID.String(), ClientSecret: "wrong", Redirect: "http://127.0.0.1:1/callback", Web: w.URL()})
		if _, err := wrong.Exchange(t.Context(), consent(t), verifier); fault.KindOf(err) != fault.Config {
			t.Errorf("got %v", err)
		}
	})
}

func TestDirectory(t *testing.T) {
	w := newTown(t, botPermissions)
	d, ctx, guild := w.client.Directory(), t.Context(), ticket.Guild{ID: ticket.GuildID(w.guild)}
	actor := func(t *testing.T, user discordsim.ID) ticket.Actor {
		t.Helper()
		return must(d.Actor(ctx, guild, ticket.UserID(user)))(t)
	}
	t.Run("knows who somebody is at this moment", func(t *testing.T) {
		if a := actor(t, w.owner); !a.Admin || a.Gone {
			t.Errorf("owner: %+v", a)
		}
		if a := actor(t, w.staff); a.Admin || !reflect.DeepEqual(a.Roles, []ticket.RoleID{ticket.RoleID(w.role)}) || a.User.Username != "sam" {
			t.Errorf("staff: %+v", a)
		}
		w.check(w.TakeRole(w.staff, w.guild, w.role))
		if a := actor(t, w.staff); len(a.Roles) != 0 {
			t.Errorf("staff without the role: %+v", a)
		}
		w.check(w.Kick(w.member, w.guild))
		if a := actor(t, w.member); !a.Gone || a.User.ID != ticket.UserID(w.member) {
			t.Errorf("kicked: %+v", a)
		}
	})
	t.Run("Manage Server makes an admin", func(t *testing.T) {
		boss := must(w.NewRole(w.guild, discordsim.RoleOptions{Name: "Boss", Permissions: discordsim.PermManageGuild}))(t).ID
		w.check(w.GiveRole(w.staff, w.guild, boss))
		d.Saw("GUILD_ROLE_CREATE", []byte(`{"guild_id":"`+w.guild.String()+`"}`))
		if a := actor(t, w.staff); !a.Admin {
			t.Errorf("%+v", a)
		}
	})
	t.Run("asks once, until what it knows is as old as promised", func(t *testing.T) {
		since := w.Seq()
		for range 5 {
			names := d.Names(ctx, guild.ID)
			if name, color, ok := names.Role(ticket.RoleID(w.role)); name != "Staff" || color != 0xFF0000 || !ok || names.Server.Name != "Town" {
				t.Errorf("%q %x %v in %q", name, color, ok, names.Server.Name)
			}
			if name, ok := names.Channel(ticket.ChannelID(w.log)); name != "log" || !ok {
				t.Errorf("%q %v", name, ok)
			}
		}
		w.t = t
		w.calls(since, map[string]int{"GET /guilds/{guild}/channels": 1})
		for after, want := range map[time.Duration]map[string]int{
			2 * time.Minute: {"GET /guilds/{guild}/channels": 1},
			5 * time.Minute: {"GET /guilds/{guild}/channels": 1, "GET /guilds/{guild}": 1, "GET /guilds/{guild}/roles": 1},
		} {
			d.DropGuild(guild.ID)
			d.Names(ctx, guild.ID)
			since := w.Seq()
			w.clock.Advance(after)
			d.Names(ctx, guild.ID)
			w.calls(since, want)
		}
	})
	t.Run("learns from events", func(t *testing.T) {
		d.DropGuild(guild.ID)
		d.Saw("GUILD_CREATE", []byte(`{"id":"`+w.guild.String()+`","name":"From the event","owner_id":"5","roles":[{"id":"1","name":"low","position":1,"permissions":"0"},{"id":"2","name":"high","position":2,"permissions":"0"}]}`))
		since := w.Seq()
		g := must(d.Guild(ctx, guild.ID))(t)
		roles := must(d.Roles(ctx, guild.ID))(t)
		if g.Name != "From the event" || len(roles) != 2 || roles[0].Name != "high" {
			t.Errorf("%+v, %+v", g, roles)
		}
		w.t = t
		w.calls(since, map[string]int{})
		d.Saw("GUILD_DELETE", []byte(`{"id":"`+w.guild.String()+`"}`))
		if g := must(d.Guild(ctx, guild.ID))(t); g.Name != "Town" {
			t.Errorf("still %q", g.Name)
		}
	})
	t.Run("shrugs at what it cannot read", func(t *testing.T) {
		for _, kind := range []string{"GUILD_CREATE", "GUILD_UPDATE", "GUILD_DELETE", "GUILD_MEMBER_UPDATE", "GUILD_MEMBER_REMOVE", "CHANNEL_CREATE", "GUILD_ROLE_UPDATE", "FUTURE_THING"} {
			for _, data := range []string{"", "null", "[]", `{"id":{}}`, `{"roles":3}`} {
				d.Saw(kind, bytes.Clone([]byte(data)))
			}
		}
	})
}

func TestReplies(t *testing.T) {
	w := newTown(t, botPermissions)
	if err := w.client.Answer(t.Context(), 123, "no-such-token", discordAck()); fault.KindOf(err) != fault.NotFound {
		t.Errorf("an interaction that never was: %v", err)
	}
}

func TestMembership(t *testing.T) {
	w := newTown(t, botPermissions)
	at := must(w.client.Membership(t.Context(), ticket.GuildID(w.guild)))(t)
	if at.IsZero() || at.After(w.clock.Now()) {
		t.Errorf("a member since %v", at)
	}
	elsewhere := must(w.NewGuild(w.owner, "Elsewhere"))(t)
	if _, err := w.client.Membership(t.Context(), ticket.GuildID(elsewhere)); fault.KindOf(err) != fault.NotFound {
		t.Errorf("elsewhere: %v", err)
	}
	if all := must(w.client.Guilds(t.Context()))(t); len(all) != 1 || all[0] != ticket.GuildID(w.guild) {
		t.Errorf("a member of %v", all)
	}
}
