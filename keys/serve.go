package keys

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Lender answers other processes that borrow trees from this ring. What goes out are the remaining nodes of a guild's
// tree: with them a holder computes what the owner would. So only those may ask who may read everything.
type Lender struct {
	owner *owner
	book  *book
	log   *slog.Logger
}

var errNotOwner = errors.New("a ring that borrows its trees cannot lend them")

// Lend makes the ring lend its trees. From then on a forgetting returns only when every other process has dropped what
// was forgotten, or cannot use it any more; and the first one waits until what the process before us lent is not valid
// any more. So call it before anything is forgotten.
func (r *Ring) Lend() (*Lender, error) {
	o, ok := r.home.(*owner)
	if !ok {
		return nil, errNotOwner
	}
	l := &Lender{owner: o, book: newBook(o.clock), log: o.log}
	o.lend(l.book)
	return l, nil
}

// Serve lends the ring's trees to whoever comes through l, until ctx ends. It closes l. See [Listen] for one that only
// the right people come through.
func (r *Ring) Serve(ctx context.Context, l net.Listener) error {
	lender, err := r.Lend()
	if err != nil {
		l.Close()
		return err
	}
	return lender.Serve(ctx, l)
}

const (
	headerTime   = 5 * time.Second
	maxAsked     = 64 << 20 // a replayed ledger is large
	runHeader    = "Keys-Run"
	stampHeader  = "Keys-Version"
	coverContent = "application/octet-stream"
)

// Serve answers until ctx ends. It closes l.
func (l *Lender) Serve(ctx context.Context, listener net.Listener) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /changes", l.changes)
	mux.HandleFunc("GET /cover", l.cover)
	mux.HandleFunc("POST /change", l.change)
	mux.HandleFunc("GET /state", l.state)
	mux.HandleFunc("GET /ledger", l.ledger)
	mux.HandleFunc("DELETE /holder", l.leave)
	// Requests end with the ring's service and not with the connection alone, or a shutdown would wait for the polls.
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	server := &http.Server{
		Handler: mux, ReadHeaderTimeout: headerTime, MaxHeaderBytes: 8 << 10,
		BaseContext: func(net.Listener) context.Context { return serving },
		ErrorLog:    slog.NewLogLogger(l.log.With("part", "keys").Handler(), slog.LevelWarn),
	}
	ended := make(chan struct{})
	defer context.AfterFunc(ctx, func() {
		stop()
		server.Close()
		close(ended)
	})()
	err := server.Serve(listener)
	if ctx.Err() != nil {
		<-ended
		return nil
	}
	return errors.Join(err, server.Close())
}

func (l *Lender) changes(w http.ResponseWriter, r *http.Request) {
	id, run := r.FormValue("holder"), r.FormValue("run")
	since, err := strconv.ParseUint(r.FormValue("since"), 10, 64)
	if err != nil || id == "" || len(id) > 64 {
		refuse(w, errMalformed)
		return
	}
	n, err := l.book.poll(r.Context(), id, run, since)
	if err != nil {
		refuse(w, err)
		return
	}
	answer(w, n)
}

// cover gives out a tree. Where it stands is looked up first: a tree that seems older than it is is fetched again, one
// that seems newer would be kept for good.
func (l *Lender) cover(w http.ResponseWriter, r *http.Request) {
	guild, err := strconv.ParseUint(r.FormValue("guild"), 10, 64)
	epoch, err2 := strconv.ParseUint(r.FormValue("epoch"), 10, 32)
	if errors.Join(err, err2) != nil {
		refuse(w, errMalformed)
		return
	}
	run, version := l.book.now()
	ten := tenancy{guild, uint32(epoch)}
	t, err := l.owner.tree(ten)
	if err != nil {
		refuse(w, err)
		return
	}
	w.Header().Set(runHeader, run)
	w.Header().Set(stampHeader, strconv.FormatUint(version, 10))
	w.Header().Set("Content-Type", coverContent)
	_, _ = w.Write(page{ten: t}.encode()) // whoever hung up asks again
}

func (l *Lender) change(w http.ResponseWriter, r *http.Request) {
	var asked wireChange
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxAsked)).Decode(&asked); err != nil {
		refuse(w, errMalformed)
		return
	}
	c, err := asked.change()
	if err != nil {
		refuse(w, errMalformed)
		return
	}
	if err := l.owner.submit(r.Context(), c); err != nil {
		refuse(w, err)
		return
	}
	answer(w, struct{}{})
}

func (l *Lender) state(w http.ResponseWriter, _ *http.Request) {
	answer(w, wireState{l.owner.state(), l.owner.mirrored()})
}

func (l *Lender) ledger(w http.ResponseWriter, r *http.Request) {
	after, err := strconv.ParseUint(r.FormValue("after"), 10, 64)
	if err != nil {
		refuse(w, errMalformed)
		return
	}
	entries, err := l.owner.entries(after)
	if err != nil {
		refuse(w, err)
		return
	}
	answer(w, wireEntries(entries))
}

func (l *Lender) leave(w http.ResponseWriter, r *http.Request) {
	l.book.leave(r.FormValue("holder"))
	answer(w, struct{}{})
}
