package discordsim

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// poll is a question with answers to vote for, until it ends.
type poll struct {
	question string
	answers  []*pollAnswer
	several  bool // a voter may choose several answers
	ends     time.Time
	final    bool // it is over, and counted
}

type pollAnswer struct {
	id     int // from 1
	text   string
	emoji  Object
	voters []ID
}

func (s *Server) pollRoutes() []*route {
	const base = "/channels/{channel}/polls/{message}"
	return []*route{
		{method: "GET", path: base + "/answers/{answer}", auth: byBot, do: listVoters},
		{method: "POST", path: base + "/expire", auth: byBot, do: expirePoll},
	}
}

// readPoll reads a message's poll; nil if it has none.
func (c *call) readPoll(f *form) *poll {
	in := f.object("poll")
	if in == nil {
		return nil
	}
	in.need("question", "answers")
	p := &poll{several: in.flag("allow_multiselect")}
	if question := in.object("question"); question != nil {
		question.need("text")
		p.question = question.text("text", 1, maxPollQuestion)
	}
	hours := in.integer("duration", 1, maxPollHours, 24)
	p.ends = c.s.clock.now().Add(time.Duration(hours) * time.Hour)
	for i, answer := range in.list("answers", 1, maxPollAnswers) {
		answer.need("poll_media")
		if media := answer.object("poll_media"); media != nil {
			a := &pollAnswer{id: i + 1, text: media.text("text", 1, maxPollAnswer)}
			if emoji := media.object("emoji"); emoji != nil {
				a.emoji = Object{"id": nullable(emoji.id("id")), "name": emoji.v["name"]}
			}
			p.answers = append(p.answers, a)
		}
	}
	return p
}

// shape is the poll as reader sees it.
func (p *poll) shape(reader ID) Object {
	answers, counts := []Object{}, []Object{}
	for _, a := range p.answers {
		media := Object{"text": a.text}
		if a.emoji != nil {
			media["emoji"] = a.emoji
		}
		answers = append(answers, Object{"answer_id": a.id, "poll_media": media})
		if len(a.voters) > 0 {
			counts = append(counts, Object{"id": a.id, "count": len(a.voters), "me_voted": slices.Contains(a.voters, reader)})
		}
	}
	return Object{
		"question": Object{"text": p.question}, "answers": answers, "expiry": Stamp(p.ends), "allow_multiselect": p.several,
		"layout_type": 1, "results": Object{"is_finalized": p.final, "answer_counts": counts},
	}
}

func (p *poll) answer(id int) *pollAnswer {
	for _, a := range p.answers {
		if a.id == id {
			return a
		}
	}
	return nil
}

// Poll is what a person asks.
type Poll struct {
	Question string   `json:"question"`
	Answers  []string `json:"answers"`
	Hours    int      `json:"hours"` // 24 if 0
	Several  bool     `json:"several"`
}

// start checks a person's poll and starts its clock.
func (p Poll) start(now time.Time) (*poll, error) {
	hours := p.Hours
	if hours == 0 {
		hours = 24
	}
	switch {
	case strings.TrimSpace(p.Question) == "" || count(p.Question) > maxPollQuestion:
		return nil, formError("poll.question.text", "BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between 1 and %d in length.", maxPollQuestion))
	case len(p.Answers) < 1 || len(p.Answers) > maxPollAnswers:
		return nil, formError("poll.answers", "BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between 1 and %d in length.", maxPollAnswers))
	case hours < 1 || hours > maxPollHours:
		return nil, formError("poll.duration", "NUMBER_TYPE_MAX", fmt.Sprintf("int value should be less than or equal to %d.", maxPollHours))
	}
	out := &poll{question: strings.TrimSpace(p.Question), several: p.Several, ends: now.Add(time.Duration(hours) * time.Hour)}
	for i, text := range p.Answers {
		if strings.TrimSpace(text) == "" || count(text) > maxPollAnswer {
			return nil, formError(fmt.Sprintf("poll.answers.%d.poll_media.text", i), "BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between 1 and %d in length.", maxPollAnswer))
		}
		out.answers = append(out.answers, &pollAnswer{id: i + 1, text: strings.TrimSpace(text)})
	}
	return out, nil
}

// Vote makes answers the user's choice in a poll, in the place of what they chose before; none takes the vote back.
func (s *Server) Vote(user, message ID, answers []int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, m, err := s.seenMessage(user, message)
	switch {
	case err != nil:
		return err
	case m.poll == nil:
		return errUnknownMessage
	case m.poll.final:
		return errPollOver
	case len(answers) > 1 && !m.poll.several:
		return fmt.Errorf("one answer may be chosen")
	}
	for _, id := range answers {
		if m.poll.answer(id) == nil {
			return fmt.Errorf("the poll has no answer %d", id)
		}
	}
	for _, a := range m.poll.answers {
		has, wants := slices.Contains(a.voters, user), slices.Contains(answers, a.id)
		switch {
		case wants && !has:
			a.voters = append(a.voters, user)
			s.tellVote(m, user, a.id, "ADD")
		case has && !wants:
			a.voters = slices.DeleteFunc(a.voters, func(u ID) bool { return u == user })
			s.tellVote(m, user, a.id, "REMOVE")
		}
	}
	return nil
}

func (s *Server) tellVote(m *message, user ID, answer int, what string) {
	c := s.world.channels[m.channel]
	data := Object{"user_id": user, "channel_id": c.id, "message_id": m.id, "answer_id": answer}
	if c.guild != 0 {
		data["guild_id"] = c.guild
	}
	s.tell("poll_vote_"+strings.ToLower(what), Fact{Guild: c.guild, Channel: c.id, Message: m.id, User: user, Body: m.poll.answer(answer).text})
	s.dispatch(event{name: "MESSAGE_POLL_VOTE_" + what, guild: c.guild, channel: c.id, data: data})
}

// watchPoll ends a poll in time.
func (s *Server) watchPoll(m *message) {
	s.clock.after(m.poll.ends.Sub(s.clock.now()), func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.world.messages[m.id] != nil {
			s.endPoll(m)
		}
	})
}

// endPoll counts, and says in the channel what came out.
func (s *Server) endPoll(m *message) {
	if m.poll.final {
		return
	}
	m.poll.final = true
	if now := s.clock.now(); now.Before(m.poll.ends) {
		m.poll.ends = now
	}
	s.revised(m, "poll_end")
	c := s.world.channels[m.channel]
	s.post(c, draft{
		kind: messagePollResult, author: m.author, embeds: []Object{m.poll.result()},
		reference: &Reference{MessageID: m.id, ChannelID: c.id, GuildID: c.guild},
	})
}

// result is the embed that Discord posts when a poll is over.
func (p *poll) result() Object {
	total, most := 0, p.answers[0]
	tie := false
	for i, a := range p.answers {
		total += len(a.voters)
		if i > 0 && len(a.voters) == len(most.voters) {
			tie = true
		}
		if len(a.voters) > len(most.voters) {
			most, tie = a, false
		}
	}
	field := func(name string, value any) Object {
		return Object{"name": name, "value": fmt.Sprint(value), "inline": false}
	}
	fields := []Object{field("poll_question_text", p.question), field("victor_answer_votes", len(most.voters)), field("total_votes", total)}
	if !tie && len(most.voters) > 0 {
		fields = append(fields, field("victor_answer_id", most.id), field("victor_answer_text", most.text))
	}
	return Object{"type": "poll_result", "fields": fields}
}

// pollIn is the message of the path, which has a poll.
func (c *call) pollIn() (*message, error) {
	_, m, err := c.messageIn()
	if err == nil && m.poll == nil {
		return nil, errNoPoll
	}
	return m, err
}

func listVoters(c *call) (any, error) {
	m, err := c.pollIn()
	if err != nil {
		return nil, err
	}
	id, err := c.pathID("answer")
	if err != nil {
		return nil, err
	}
	a := m.poll.answer(int(id))
	if a == nil {
		return nil, errUnknownMessage
	}
	limit, err := c.limit(25, 100)
	if err != nil {
		return nil, err
	}
	after, _ := ParseID(c.query.Get("after"))
	voters := slices.Sorted(slices.Values(a.voters))
	users := []User{}
	for _, u := range voters {
		if u > after && len(users) < limit {
			users = append(users, c.s.world.userShape(u))
		}
	}
	return Object{"users": users}, nil
}

func expirePoll(c *call) (any, error) {
	m, err := c.pollIn()
	switch {
	case err != nil:
		return nil, err
	case m.author != c.me():
		return nil, errOthersMessage
	case m.poll.final:
		return nil, errPollOver
	}
	c.s.endPoll(m)
	return c.s.messageShape(m, c.me()), nil
}
