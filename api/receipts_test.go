package api_test

import (
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"ticketbot/api"
	"ticketbot/internal/fault"
	"ticketbot/privacy"
	"ticketbot/store/storetest"
	"ticketbot/ticket"
)

// office stands for what forgets people: it notes who asks, and its receipts are signed as the real ones are.
type office struct {
	mu       sync.Mutex
	key      ed25519.PrivateKey
	asked    []ticket.UserID
	receipts map[ticket.UserID][]privacy.Receipt
	underWay map[ticket.UserID][]privacy.UnderWay
	refuses  error
}

func newOffice() *office {
	return &office{key: ed25519.NewKeyFromSeed([]byte(strings.Repeat("k", 32))), receipts: map[ticket.UserID][]privacy.Receipt{}, underWay: map[ticket.UserID][]privacy.UnderWay{}}
}

func (o *office) PublicKey() []byte { return o.key.Public().(ed25519.PublicKey) }

func (o *office) ForgetPerson(_ context.Context, user ticket.UserID) (string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.refuses != nil {
		return "", o.refuses
	}
	o.asked = append(o.asked, user)
	name := fmt.Sprintf("receipt-of-%020d", user)
	o.underWay[user] = []privacy.UnderWay{{Receipt: name, Asked: storetest.Start, Stage: privacy.StageAsked}}
	return name, nil
}

func (o *office) UnderWay(_ context.Context, user ticket.UserID) ([]privacy.UnderWay, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.underWay[user], nil
}

// goesOn is how far it is with somebody.
func (o *office) goesOn(user ticket.UserID, u privacy.UnderWay) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.underWay[user] = []privacy.UnderWay{u}
}

func (o *office) Receipts(_ context.Context, user ticket.UserID) ([]privacy.Receipt, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.receipts[user], nil
}

func (o *office) Receipt(_ context.Context, user ticket.UserID, id string) (privacy.Receipt, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, r := range o.receipts[user] {
		if r.ID == id {
			return r, nil
		}
	}
	return privacy.Receipt{}, fault.New(fault.NotFound, "store.guild_gone")
}

// issue signs a receipt for somebody.
func (o *office) issue(t testing.TB, user ticket.UserID, st privacy.Statement) privacy.Receipt {
	t.Helper()
	st.About, st.Policy = "ticketbot receipt v1", privacy.PolicyDate
	text, err := json.Marshal(st)
	must(t, err)
	r := privacy.Receipt{ID: st.ID, Statement: string(text), Signature: ed25519.Sign(o.key, text), PublicKey: o.PublicKey()}
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.underWay, user)
	o.receipts[user] = append([]privacy.Receipt{r}, o.receipts[user]...)
	return r
}

const hers = "A_receipt-that-is-hers"

func aReceipt(kind string) privacy.Statement {
	st := privacy.Statement{
		ID: hers, Kind: kind, At: storetest.Start, Keyring: privacy.KeyringStatement{ID: "0f", Generation: 9, Ledger: 4, Mirror: "done"},
	}
	switch kind {
	case privacy.KindPerson:
		st.Person = privacy.PersonForgotten{
			Asked: storetest.Start.Add(-2 * time.Second), KeysGone: storetest.Start.Add(-time.Second), Servers: 3,
			ErasedRows: privacy.ErasedRows{Messages: 1204, Files: 7, Tickets: 5},
		}
	case privacy.KindGuild:
		st.Rows = map[string]int64{"message": 50_000, "ticket": 312, "person": 98, "file": 0, "guild_counter": 1}
	}
	return st
}

func TestReceipts(t *testing.T) {
	h := newHouse(t)
	issued := h.office.issue(t, ticket.UserID(h.Mia), aReceipt(privacy.KindPerson))
	server := aReceipt(privacy.KindGuild)
	server.ID = "A_receipt-of-the-server"
	server.Guild = &privacy.GuildForgotten{Server: ticket.GuildID(h.Guild), Epoch: 1, Sealed: storetest.Start, Forgotten: storetest.Start.Add(time.Second), Rows: storetest.Start.Add(2 * time.Second)}
	h.office.issue(t, ticket.UserID(h.Mia), server)
	mia, noah := h.loggedIn(h.Mia), h.loggedIn(h.Noah)

	t.Run("are listed, newest first, for whom they are owed to", func(t *testing.T) {
		var list struct {
			Receipts []struct{ ID, Kind, Server, Page string }
		}
		must(t, json.Unmarshal([]byte(mia.get("/api/me/receipts").body), &list))
		if len(list.Receipts) != 2 || list.Receipts[0].Server != h.Guild.String() || list.Receipts[1].ID != hers || list.Receipts[1].Page != "/receipts/"+hers {
			t.Errorf("hers are %+v", list)
		}
		if got := noah.get("/api/me/receipts").body; !strings.Contains(got, `"receipts":[]`) {
			t.Errorf("his are %s", got)
		}
	})
	t.Run("can be checked without us", func(t *testing.T) {
		var r privacy.Receipt
		must(t, json.Unmarshal([]byte(mia.get("/api/me/receipts/"+hers).body), &r))
		if r.Statement != issued.Statement {
			t.Errorf("the statement is\n%s\nwant\n%s", r.Statement, issued.Statement)
		}
		block, _ := pem.Decode([]byte(h.visitor().get("/receipts/key").body))
		if block == nil {
			t.Fatal("the key is no PEM")
		}
		key, err := x509.ParsePKIXPublicKey(block.Bytes)
		must(t, err)
		if !ed25519.Verify(key.(ed25519.PublicKey), []byte(r.Statement), r.Signature) {
			t.Error("the signature is not by the key that is published")
		}
	})
	t.Run("are shown", func(t *testing.T) {
		for path, wants := range map[string][]string{
			"/receipts/" + hers:      {"Your data was deleted", "1,204", "/api/me/receipts/" + hers},
			"/receipts/" + server.ID: {"A server’s data was deleted", h.Guild.String(), "Keys destroyed", "50,000", "Other records"},
		} {
			got := mia.get(path)
			for _, want := range wants {
				if got.status != http.StatusOK || !strings.Contains(got.body, want) {
					t.Errorf("%s: %d without %q", path, got.status, want)
				}
			}
		}
	})
	t.Run("are nobody else's, and then as if they were not", func(t *testing.T) {
		for _, path := range []string{"/receipts/%s", "/api/me/receipts/%s"} {
			foreign, missing := noah.get(fmt.Sprintf(path, hers)), noah.get(fmt.Sprintf(path, "A_receipt-that-is-not1"))
			if foreign.status != http.StatusNotFound || foreign.whole() != missing.whole() {
				t.Errorf("%s: these differ:\n%s\n\n%s", path, foreign.whole(), missing.whole())
			}
		}
	})
	t.Run("that nobody signed are not shown", func(t *testing.T) {
		forged := issued
		forged.ID, forged.Statement = "A_receipt-that-is-forged", strings.Replace(issued.Statement, hers, "A_receipt-that-is-forged", 1)
		h.office.receipts[ticket.UserID(h.Noah)] = []privacy.Receipt{forged}
		for _, path := range []string{"/receipts/" + forged.ID, "/api/me/receipts"} {
			if got := noah.get(path); got.status == http.StatusOK {
				t.Errorf("%s shows it", path)
			}
		}
	})
}

// TestReceiptBeforeThereIsOne: its address says how far it is, to whom the receipt is owed and to nobody else.
func TestReceiptBeforeThereIsOne(t *testing.T) {
	h := newHouse(t)
	mia, noah := h.loggedIn(h.Mia), h.loggedIn(h.Noah)
	u := privacy.UnderWay{Receipt: hers, Asked: storetest.Start, Stage: privacy.StageAsked}
	for _, c := range []struct {
		stage privacy.Stage
		gone  time.Time
		says  []string
	}{
		{privacy.StageAsked, time.Time{}, []string{`class="now"><span class="step">Find`, `class="later"><span class="step">Destroy`}},
		{privacy.StagePlanned, time.Time{}, []string{`class="done"><span class="step">Find`, `class="now"><span class="step">Destroy`, "Servers that know you"}},
		{privacy.StageForgotten, storetest.Start.Add(time.Second), []string{`class="done"><span class="step">Destroy`, "2 of 3 servers left", moment(storetest.Start.Add(time.Second))}},
	} {
		u.Stage, u.KeysGone = c.stage, c.gone
		if c.stage != privacy.StageAsked {
			u.Servers, u.Waiting = 3, 2
		}
		h.office.goesOn(ticket.UserID(h.Mia), u)
		got := mia.get("/receipts/" + hers)
		for _, want := range append(c.says, "being deleted", moment(storetest.Start), hers) {
			if got.status != http.StatusOK || !strings.Contains(got.body, want) {
				t.Errorf("%s: %d without %q", c.stage, got.status, want)
			}
		}
		if strings.Contains(got.body, "was deleted") {
			t.Errorf("%s: says that it is done", c.stage)
		}
	}
	problem(t, mia.get("/api/me/receipts/"+hers), http.StatusNotFound, "api.receipt.not_yet", "asked", moment(storetest.Start))
	if got := mia.get("/api/me/receipts").body; !strings.Contains(got, `"under_way":[{"id":"`+hers+`"`) {
		t.Errorf("her list is %s", got)
	}
	if got := noah.get("/api/me/receipts").body; !strings.Contains(got, `"under_way":[]`) {
		t.Errorf("his list is %s", got)
	}
	for _, path := range []string{"/receipts/%s", "/api/me/receipts/%s"} {
		foreign, missing := noah.get(fmt.Sprintf(path, hers)), noah.get(fmt.Sprintf(path, "A_receipt-that-is-not1"))
		if foreign.status != http.StatusNotFound || foreign.whole() != missing.whole() {
			t.Errorf("%s: these differ:\n%s\n\n%s", path, foreign.whole(), missing.whole())
		}
	}
	if got := h.visitor().get("/receipts/" + hers); got.status != http.StatusSeeOther && got.status != http.StatusFound {
		t.Errorf("a stranger is answered %d", got.status)
	}

	h.office.issue(t, ticket.UserID(h.Mia), aReceipt(privacy.KindPerson))
	if got := mia.get("/receipts/" + hers); !strings.Contains(got.body, "Your data was deleted") || strings.Contains(got.body, "being deleted") {
		t.Error("the receipt does not stand in its place")
	}
}

func moment(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04:05 UTC") }

// TestReceiptOfAPart: where nothing could be read, nothing is claimed.
func TestReceiptOfAPart(t *testing.T) {
	h := newHouse(t)
	st := aReceipt(privacy.KindPerson)
	st.Person = privacy.PersonForgotten{Asked: storetest.Start, KeysGone: storetest.Start, Servers: 3, Unreadable: 2}
	st.Keyring.Mirror = "pending"
	h.office.issue(t, ticket.UserID(h.Mia), st)
	got := h.loggedIn(h.Mia).get("/receipts/" + hers).body
	if !strings.Contains(got, "Servers whose keys are missing</dt><dd>2</dd>") || strings.Count(got, "could not be reached yet") != 2 || strings.Contains(got, "is gone, on all servers") {
		t.Error(got)
	}
}

func TestEraseMe(t *testing.T) {
	h := newHouse(t)
	mia := h.loggedIn(h.Mia)
	for _, headers := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}} {
		problem(t, mia.ask("POST", "/api/me/erase", headers...), http.StatusForbidden, "api.cross_origin")
	}
	if mia.get("/api/me/erase").status == http.StatusOK || h.visitor().ask("POST", "/api/me/erase").status != http.StatusUnauthorized {
		t.Error("a link, or nobody at all, may do it")
	}
	if len(h.office.asked) != 0 {
		t.Fatalf("asked to forget %v", h.office.asked)
	}
	got := mia.ask("POST", "/api/me/erase", "Origin", h.url, "Sec-Fetch-Site", "same-origin")
	if id := fmt.Sprintf("receipt-of-%020d", h.Mia); got.status != http.StatusAccepted || !strings.Contains(got.body, `"receipt":"`+id+`"`) {
		t.Errorf("answered %d %s", got.status, got.body)
	}
	if len(h.office.asked) != 1 || h.office.asked[0] != ticket.UserID(h.Mia) {
		t.Errorf("asked to forget %v", h.office.asked)
	}
	h.office.refuses = fault.New(fault.Unavailable, "store.away")
	if got := mia.ask("POST", "/api/me/erase"); got.status != http.StatusServiceUnavailable {
		t.Errorf("what could not be begun is answered with %d", got.status)
	}
}

func TestPolicyPage(t *testing.T) {
	h := newHouse(t)
	got := h.visitor().get("/privacy")
	if got.status != http.StatusOK {
		t.Fatalf("answered %d", got.status)
	}
	// Whatever the policy says is on the page, but for marks of its form.
	plain := strings.NewReplacer("<strong>", "", "</strong>", "", "&#39;", "'", "&#34;", `"`, "&amp;", "&").Replace(got.body)
	n := 0
	for line := range strings.Lines(privacy.Policy()) {
		line = strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(line), "• "))
		line = strings.TrimPrefix(line, "Last Updated: ")
		if line == "" || line == "Privacy Policy" {
			continue
		}
		if n++; !strings.Contains(plain, line) {
			t.Errorf("the page lacks %q", line)
		}
	}
	for _, heading := range api.SubordinateHeadings {
		if !strings.Contains(got.body, ">"+heading+"</h3>") {
			t.Errorf("there is no heading %q under another", heading)
		}
	}
	if headings := strings.Count(got.body, "<h2"); n < 60 || headings != 10 {
		t.Errorf("%d lines, %d headings", n, headings)
	}
}
