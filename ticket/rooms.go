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
	gaps map[ChannelID]struct{}
}

// NewRooms returns an empty set.
func NewRooms() *Rooms {
	return &Rooms{set: map[ChannelID]Room{}, gaps: map[ChannelID]struct{}{}}
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

// MarkGap notes that events about a channel may have been missed. Only its history can tell.
func (r *Rooms) MarkGap(c ChannelID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.gaps[c] = struct{}{}
}

// Gap reports whether something may be missing.
func (r *Rooms) Gap(c ChannelID) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	_, gap := r.gaps[c]
	return gap
}

func (r *Rooms) closeGap(c ChannelID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.gaps, c)
}
