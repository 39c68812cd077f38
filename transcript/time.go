package transcript

import (
	"time"

	"ticketbot/internal/say"
)

// How times are written. Days come before months in words, so that nobody takes 3/4 for the fourth of March.
const (
	clockOnly = "15:04"
	dayOnly   = "2 January 2006"
	short     = "2 Jan 2006 15:04"
	long      = "Monday, 2 January 2006 15:04:05 MST"
)

func (p *page) local(t time.Time) time.Time {
	if p.o.Zone == nil {
		return t.UTC()
	}
	return t.In(p.o.Zone)
}

// moment writes a time, with the whole of it for machines and for whoever points at it.
func (p *page) moment(t time.Time, layout string, attrs ...attr) {
	l := p.local(t)
	p.leaf("time", l.Format(layout), append(attrs, attr{"datetime", machine(t)}, title(l.Format(long)))...)
}

func machine(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// layouts are Discord's styles of <t:…>, without R.
var layouts = map[byte]string{
	't': clockOnly, 'T': "15:04:05", 'd': "02/01/2006", 'D': dayOnly, 'f': "2 January 2006 15:04",
	'F': "Monday, 2 January 2006 15:04", 's': "02/01/2006 15:04", 'S': "02/01/2006 15:04:05",
}

// stamp is a <t:…> in words.
func (p *page) stamp(seconds int64, style byte) string {
	t := time.Unix(seconds, 0)
	if style != 'R' {
		return p.local(t).Format(layouts[style])
	}
	if d := p.o.GeneratedAt.Sub(t); d >= 0 {
		return say.T("transcript.time.ago", "time", span(d))
	} else {
		return say.T("transcript.time.in", "time", span(-d))
	}
}

// span says how long in the largest unit that fits.
func span(d time.Duration) string {
	const day = 24 * time.Hour
	for _, u := range []struct {
		length    time.Duration
		one, more string
	}{
		{365 * day, "transcript.time.year", "transcript.time.years"},
		{30 * day, "transcript.time.month", "transcript.time.months"},
		{day, "transcript.time.day", "transcript.time.days"},
		{time.Hour, "transcript.time.hour", "transcript.time.hours"},
		{time.Minute, "transcript.time.minute", "transcript.time.minutes"},
		{time.Second, "transcript.time.second", "transcript.time.seconds"},
	} {
		if n := int(d / u.length); n == 1 {
			return say.T(u.one)
		} else if n > 1 {
			return say.T(u.more, "n", n)
		}
	}
	return say.T("transcript.time.seconds", "n", 0)
}
