package discordsim_test

import (
	"fmt"
	"testing"
	"time"

	"ticketbot/discordsim"
)

const pollIntents = allIntents | 3<<24

func TestPoll_of_a_person_is_voted_on_and_ends_in_time(t *testing.T) {
	s := newScene(t, discordsim.Options{NoRateLimits: true, Frozen: true})
	r := s.login(pollIntents)
	m := must(s.sim.Say(s.mia.ID, s.lobby.ID, discordsim.SayOptions{Poll: &discordsim.Poll{Question: "Which?", Answers: []string{"Tea", "Coffee"}, Hours: 2}}))(t)
	asked := r.wait("MESSAGE_CREATE", func(o object) bool { return o["id"] == m.ID.String() })
	poll := asked["poll"].(object)
	if poll["question"].(object)["text"] != "Which?" || len(poll["answers"].([]any)) != 2 || poll["results"].(object)["is_finalized"] != false {
		t.Errorf("the poll is %v", poll)
	}
	s.ok(s.sim.Vote(s.owner.ID, m.ID, []int{2}))
	s.ok(s.sim.Vote(s.mia.ID, m.ID, []int{1}))
	s.ok(s.sim.Vote(s.mia.ID, m.ID, []int{2}))
	removed := r.wait("MESSAGE_POLL_VOTE_REMOVE", nil)
	if removed["answer_id"] != 1.0 || removed["user_id"] != s.mia.ID.String() {
		t.Errorf("the vote that was taken back is %v", removed)
	}
	if err := s.sim.Vote(s.mia.ID, m.ID, []int{1, 2}); err == nil {
		t.Error("two answers were taken where one may be chosen")
	}
	voters := s.want(200, "GET", fmt.Sprintf("/channels/%s/polls/%s/answers/2", s.lobby.ID, m.ID), nil)
	if n := len(voters.at("users").([]any)); n != 2 {
		t.Errorf("%d voters, want 2", n)
	}
	s.sim.Advance(2 * time.Hour)
	result := r.wait("MESSAGE_CREATE", func(o object) bool { return o["type"] == 46.0 })
	if text := fmt.Sprint(result["embeds"]); result["message_reference"].(object)["message_id"] != m.ID.String() ||
		text != "[map[fields:[map[inline:false name:poll_question_text value:Which?] map[inline:false name:victor_answer_votes value:2] map[inline:false name:total_votes value:2] map[inline:false name:victor_answer_id value:2] map[inline:false name:victor_answer_text value:Coffee]] type:poll_result]]" {
		t.Errorf("the result is %v", result)
	}
	if err := s.sim.Vote(s.mia.ID, m.ID, nil); err == nil {
		t.Error("a vote was changed after the end")
	}
}

func TestPoll_of_a_bot_can_be_ended_by_it_alone(t *testing.T) {
	s := newScene(t, discordsim.Options{NoRateLimits: true, Frozen: true})
	r := s.login(pollIntents)
	at := "/channels/" + s.lobby.ID.String()
	m := s.want(200, "POST", at+"/messages", object{"poll": object{
		"question": object{"text": "Ready?"}, "allow_multiselect": true, "duration": 1,
		"answers": []object{{"poll_media": object{"text": "Yes", "emoji": object{"name": "✅"}}}, {"poll_media": object{"text": "No"}}},
	}})
	if refused := s.rest("PATCH", at+"/messages/"+m.id(), object{"content": "x"}); refused.code() != 520003 {
		t.Errorf("an edit of a poll is %v", refused.body)
	}
	ended := s.want(200, "POST", at+"/polls/"+m.id()+"/expire", nil)
	if ended.at("poll", "results", "is_finalized") != true {
		t.Errorf("ended, it is %v", ended.body)
	}
	r.wait("MESSAGE_UPDATE", func(o object) bool { return o["id"] == m.id() })
	if again := s.rest("POST", at+"/polls/"+m.id()+"/expire", nil); again.code() != 520001 {
		t.Errorf("ended again: %v", again.body)
	}
	plain := s.want(200, "POST", at+"/messages", object{"content": "no poll"})
	if none := s.rest("POST", at+"/polls/"+plain.id()+"/expire", nil); none.code() != 520006 {
		t.Errorf("a message without a poll: %v", none.body)
	}
}

func TestPoll_and_forward_are_hidden_without_the_content_intent(t *testing.T) {
	s := newScene(t, discordsim.Options{NoRateLimits: true})
	r := s.login(allIntents &^ (1 << 15))
	asked := must(s.sim.Say(s.mia.ID, s.lobby.ID, discordsim.SayOptions{Poll: &discordsim.Poll{Question: "secret?", Answers: []string{"a"}}}))(t)
	if got := r.wait("MESSAGE_CREATE", func(o object) bool { return o["id"] == asked.ID.String() }); got["poll"] != nil {
		t.Errorf("it reads the poll: %v", got)
	}
	said := must(s.sim.Say(s.mia.ID, s.lobby.ID, discordsim.SayOptions{Content: "secret"}))(t)
	forwarded := must(s.sim.Forward(s.mia.ID, said.ID, s.lobby.ID))(t)
	got := r.wait("MESSAGE_CREATE", func(o object) bool { return o["id"] == forwarded.ID.String() })
	if text := got["message_snapshots"].([]any)[0].(object)["message"].(object)["content"]; text != "" {
		t.Errorf("it reads the forward: %v", text)
	}
}

func TestForward_keeps_what_was_said_and_not_who(t *testing.T) {
	s := newScene(t, discordsim.Options{NoRateLimits: true})
	r := s.login(allIntents)
	said := must(s.sim.Say(s.mia.ID, s.lobby.ID, discordsim.SayOptions{Content: "as it was", Files: []discordsim.File{{Name: "a.txt", Data: []byte("a")}}}))(t)
	m := must(s.sim.Forward(s.owner.ID, said.ID, s.office.ID))(t)
	must(s.sim.Edit(s.mia.ID, said.ID, "as it is now"))(t)
	if _, err := s.sim.Forward(s.mia.ID, said.ID, s.office.ID); err == nil {
		t.Error("somebody forwards into a channel out of their sight")
	}
	s.ok(s.sim.SetOverwrite(s.office.ID, discordsim.Overwrite{ID: s.app.ID, Type: 1, Allow: discordsim.PermViewChannel}))
	read := s.want(200, "GET", fmt.Sprintf("/channels/%s/messages/%s", s.office.ID, m.ID), nil)
	if read.at("message_reference", "type") != 1.0 || read.at("message_reference", "channel_id") != s.lobby.ID.String() || read.at("content") != "" {
		t.Errorf("the forward refers to %v", read.at("message_reference"))
	}
	kept := read.at("message_snapshots", 0, "message").(object)
	if kept["content"] != "as it was" || len(kept["attachments"].([]any)) != 1 || kept["author"] != nil {
		t.Errorf("what was forwarded is %v", kept)
	}
	own := s.want(200, "POST", "/channels/"+s.lobby.ID.String()+"/messages", object{"message_reference": object{"type": 1, "message_id": said.ID, "channel_id": s.lobby.ID}})
	if own.at("message_snapshots", 0, "message", "content") != "as it is now" {
		t.Errorf("a bot's forward is %v", own.body)
	}
	r.wait("MESSAGE_CREATE", func(o object) bool { return o["id"] == own.id() })
}

func TestThread_is_opened_by_a_person(t *testing.T) {
	s := newScene(t, discordsim.Options{NoRateLimits: true})
	r := s.login(allIntents)
	said := must(s.sim.Say(s.mia.ID, s.lobby.ID, discordsim.SayOptions{Content: "about this"}))(t)
	thread := must(s.sim.StartThread(s.mia.ID, s.lobby.ID, said.ID, "Details", false))(t)
	if thread.ID != said.ID {
		t.Errorf("the thread on message %s is %s", said.ID, thread.ID)
	}
	r.wait("THREAD_CREATE", func(o object) bool { return o["id"] == thread.ID.String() && o["newly_created"] == true })
	if _, err := s.sim.StartThread(s.mia.ID, s.lobby.ID, said.ID, "Again", false); err == nil {
		t.Error("a second thread hangs on the same message")
	}
	quiet := must(s.sim.StartThread(s.mia.ID, s.lobby.ID, 0, "Quiet", true))(t)
	must(s.sim.Say(s.mia.ID, quiet.ID, discordsim.SayOptions{Content: "psst"}))(t)
	if r := s.rest("GET", "/channels/"+quiet.ID.String()+"/messages", nil); r.status != 403 && r.status != 200 {
		t.Errorf("a private thread: %v", r.body)
	}
}
