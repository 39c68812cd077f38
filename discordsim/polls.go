package discordsim

// checkPoll checks a message's poll against Discord's limits. Polls are not shown: what is checked is left out.
func checkPoll(f *form) {
	poll := f.object("poll")
	if poll == nil {
		return
	}
	poll.need("question", "answers")
	if question := poll.object("question"); question != nil {
		question.need("text")
		question.text("text", 1, maxPollQuestion)
	}
	poll.integer("duration", 1, maxPollHours, 24)
	for _, answer := range poll.list("answers", 1, maxPollAnswers) {
		answer.need("poll_media")
		if media := answer.object("poll_media"); media != nil {
			media.text("text", 1, maxPollAnswer)
		}
	}
}
