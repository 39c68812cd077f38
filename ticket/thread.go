package ticket

import "context"

// ThreadAppeared begins to keep a thread, if it is inside a ticket's channel: what is said there is the ticket's too. It
// is written down, because nothing in a later message of the thread tells what it belongs to. Of a thread that is not
// new, what was said before has to be read.
func (s *Service) ThreadAppeared(ctx context.Context, parent, thread ChannelID, isNew bool) error {
	room, inside := s.rooms.Room(parent)
	if _, kept := s.rooms.Room(thread); kept || !inside || room.Parent != 0 {
		return nil
	}
	room.Parent, room.Channel = parent, thread
	if err := s.store.AddThread(ctx, room); err != nil {
		return err
	}
	s.rooms.Add(room)
	if !isNew {
		s.rooms.MarkGap(thread)
	}
	return nil
}

// ThreadGone ends it. What was said is kept.
func (s *Service) ThreadGone(ctx context.Context, thread ChannelID) error {
	room, kept := s.rooms.Room(thread)
	if !kept || room.Parent == 0 {
		return nil
	}
	if err := s.store.RemoveThread(ctx, room); err != nil {
		return err
	}
	s.rooms.Remove(thread)
	return nil
}
