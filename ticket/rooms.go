package ticket

import "sync"

// Room is a channel whose messages are kept.
type Room struct {
	Guild   Guild
	Ticket  ID
	Number  uint32
	Channel ChannelID
	Parent  ChannelID // the ticket's channel, when this is a thread inside it
}

// Rooms is the set of them, asked for every event that Discord sends: a look-up in memory and nothing else, so that a
// busy server costs no query for channels that are not tickets.
type Rooms struct {
	mu   sync.RWMutex
	set  map[ChannelID]Room
	gaps map[ChannelID]MessageID // the message from which on something may be missing; 0: from the first
}

// NewRooms returns an empty set.
func NewRooms() *Rooms {
	return &Rooms{set: map[ChannelID]Room{}, gaps: map[ChannelID]MessageID{}}
}

// Add begins to keep a channel.
func (r *Rooms) Add(room Room) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.set[room.Channel] = room
}

// Remove ends it, and with a ticket's channel what is kept of the threads inside it.
func (r *Rooms) Remove(c ChannelID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, room := range r.set {
		if id == c || room.Parent == c {
			delete(r.set, id)
			delete(r.gaps, id)
		}
	}
}

// Room finds the room of a channel.
func (r *Rooms) Room(c ChannelID) (Room, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	room, ok := r.set[c]
	return room, ok
}

// All lists the rooms of a guild, or of every guild for 0.
func (r *Rooms) All(g GuildID) []Room {
	r.mu.RLock()
	defer r.mu.RUnlock()
	all := make([]Room, 0, len(r.set))
	for _, room := range r.set {
		if g == 0 || room.Guild.ID == g {
			all = append(all, room)
		}
	}
	return all
}

// OfTicket lists a ticket's channel and the threads in it.
func (r *Rooms) OfTicket(t *Ticket) []Room {
	var all []Room
	for _, room := range r.All(t.Guild.ID) {
		if room.Ticket == t.ID {
			all = append(all, room)
		}
	}
	return all
}

// MarkGap notes that events about a channel may have been missed, nobody knows since when. Only its history can tell.
func (r *Rooms) MarkGap(c ChannelID) { r.markGapSince(c, 0) }

// markGapSince notes that messages from one on may have been missed. A gap that began earlier stays as wide as it is.
func (r *Rooms) markGapSince(c ChannelID, since MessageID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if have, gap := r.gaps[c]; !gap || since < have {
		r.gaps[c] = since
	}
}

// gap is the message from which on something may be missing; false if nothing is.
func (r *Rooms) gap(c ChannelID) (since MessageID, gap bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	since, gap = r.gaps[c]
	return since, gap
}

// narrowGap notes that a channel has been read from one message to another. A gap that began before stays.
func (r *Rooms) narrowGap(c ChannelID, from, to MessageID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if since, gap := r.gaps[c]; gap && since >= from {
		r.gaps[c] = max(since, to)
	}
}

// closeGap notes that a channel has been read from a message to its end.
func (r *Rooms) closeGap(c ChannelID, from MessageID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if since, gap := r.gaps[c]; gap && since >= from {
		delete(r.gaps, c)
	}
}
