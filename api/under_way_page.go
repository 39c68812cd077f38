package api

import (
	"ticketbot/internal/say"
	"ticketbot/privacy"
)

// underWayShown is a deletion under way, for people.
type underWayShown struct {
	Title, Lead string
	Facts       []fact
	Steps       []step
	Page        string // path of this page, which shows the receipt later
}

// step is something that a deletion does: Class is done, now or later.
type step struct{ Class, Name, State string }

func underWayView(u privacy.UnderWay) underWayShown {
	v := underWayShown{
		Title: say.T("api.under_way.title"), Lead: say.T("api.under_way.lead"), Page: receiptPath(u.Receipt),
		Facts: []fact{{say.T("api.receipt.asked"), moment(u.Asked)}},
	}
	if u.Stage != privacy.StageAsked {
		v.Facts = append(v.Facts, fact{say.T("api.under_way.servers"), grouped(u.Servers)})
	}
	v.Facts = append(v.Facts, fact{say.T("api.under_way.number"), u.Receipt})
	reached := map[privacy.Stage]int{privacy.StageAsked: 0, privacy.StagePlanned: 1, privacy.StageForgotten: 2, privacy.StageDone: 3}[u.Stage]
	for i, name := range []string{"api.under_way.find", "api.under_way.keys", "api.under_way.rows"} {
		s := step{"later", say.T(name), say.T("api.under_way.later")}
		switch {
		case i < reached:
			s.Class, s.State = "done", say.T("api.under_way.done")
		case i == reached:
			s.Class, s.State = "now", say.T("api.under_way.now")
		}
		v.Steps = append(v.Steps, s)
	}
	if !u.KeysGone.IsZero() {
		v.Steps[1].State = say.T("api.under_way.done_at", "at", moment(u.KeysGone))
	}
	if reached == 2 && u.Waiting > 0 {
		v.Steps[2].State = say.T("api.under_way.waiting", "left", grouped(u.Waiting), "servers", grouped(u.Servers))
	}
	return v
}
