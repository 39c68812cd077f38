package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"
	"time"

	"ticketbot/discordsim"
)

// seedTime is how long ago the seeded story began, with something to spare; it ends now.
const seedTime = 21 * time.Hour

// seed has the people of the demo do what people do: the owner sets the bot up, two tickets are opened, answered and
// closed, and a third waits for a visitor. Everything goes through the bot; nothing is written behind its back. The
// simulator's time passes meanwhile, so that yesterday looks like yesterday.
func (d *demo) seed(ctx context.Context) error {
	if err := d.setUp(ctx); err != nil {
		return err
	}
	for _, s := range d.scenes() {
		d.sim.Advance(s.after)
		if err := d.play(ctx, s); err != nil {
			return err
		}
	}
	if behind := time.Since(d.sim.Now()); behind > 0 {
		d.sim.Advance(behind)
	}
	return nil
}

func (d *demo) scenes() []ticketScene {
	w := d.world
	return []ticketScene{
		{
			opener: w.Leo, answers: [3]string{"Refund for a double charge", "I bought the soundtrack once and was charged twice.", "normal"},
			lines: []line{
				{w.Sam, "Hi Leo! Sorry about that. Could you show me the **two charges**?"},
				{w.Leo, "Sure, here is what my bank says:"},
				{w.Sam, "Thank you, that is clear. One of them is on its way back to you:\n> 9.99 EUR, 3 to 5 working days"},
				{w.Leo, "That was quick, thanks a lot!"},
			},
			file: discordsim.File{Name: "charges.png", Data: statement(), Description: "Two charges of the same amount"}, fileAfter: 1,
			staff: w.Sam, reason: "Refunded the second charge",
		},
		{
			after:  17 * time.Hour,
			opener: w.Ava, answers: [3]string{"Lost save after the update", "Slot 2 is empty since patch 1.4.", "high"},
			lines: []line{
				{w.Ben, "Hello Ava, let us get it back. Which system do you play on?"},
				{w.Ava, "Linux. The folder is still there:\n```\n~/.local/share/northwind/slot2.sav\n```"},
				{w.Ben, "Good. Start once with `--repair-saves` and look at slot 2 again."},
				{w.Ava, "It is back. You are the best."},
			},
			staff: w.Ben, reason: "Save repaired",
		},
		{
			after:  2 * time.Hour,
			opener: w.Noah, answers: [3]string{"Controller is not found", "It worked before the last patch.", "low"},
			lines: []line{{w.Noah, "It is a wired one, if that matters."}},
		},
	}
}

type line struct {
	who  discordsim.ID
	text string
}

// ticketScene is one ticket's story; without staff it stays open.
type ticketScene struct {
	after     time.Duration // since the scene before
	opener    discordsim.ID
	answers   [3]string
	lines     []line
	file      discordsim.File
	fileAfter int // the line that carries the file
	staff     discordsim.ID
	reason    string
}

// setUp types /setup until there is a panel: for a moment after the start, the bot does not know the server yet.
func (d *demo) setUp(ctx context.Context) error {
	w := d.world
	for {
		a, err := answered(ctx)(d.sim.Command(w.Olivia, w.Support, "setup", map[string]any{
			"staff": w.SupportRole, "log": w.TicketLog, "parent": w.Tickets, "name": "Support",
		}))
		if err != nil {
			return err
		}
		if _, _, err := d.panel(w.Olivia); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("/setup was answered with %q", a.Message.Content)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (d *demo) play(ctx context.Context, s ticketScene) error {
	channel, err := d.open(ctx, s.opener, s.answers)
	if err != nil {
		return err
	}
	if s.staff != 0 {
		if _, err := answered(ctx)(d.sim.Command(s.staff, channel, "claim", nil)); err != nil {
			return err
		}
	}
	for i, l := range s.lines {
		d.sim.Advance(time.Duration(2+3*i%5) * time.Minute)
		o := discordsim.SayOptions{Content: l.text}
		if i == s.fileAfter && s.file.Data != nil {
			o.Files = []discordsim.File{s.file}
		}
		if _, err := d.sim.Say(l.who, channel, o); err != nil {
			return fmt.Errorf("say %q: %w", l.text, err)
		}
	}
	if s.staff == 0 {
		return nil
	}
	if _, err = answered(ctx)(d.sim.Command(s.staff, channel, "close", map[string]any{"reason": s.reason})); err != nil {
		return err
	}
	return d.waitClosed(ctx, s.staff, channel)
}

// waitClosed waits until the ticket's channel is gone: time must not leap while the bot is at it.
func (d *demo) waitClosed(ctx context.Context, staff, channel discordsim.ID) error {
	for d.ticketChannels(staff)[channel] {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
	return nil
}

// open presses the panel's button and fills the form, and returns the new channel.
func (d *demo) open(ctx context.Context, who discordsim.ID, answers [3]string) (discordsim.ID, error) {
	panel, button, err := d.panel(who)
	if err != nil {
		return 0, err
	}
	before := d.ticketChannels(who)
	clicked, err := d.sim.Click(who, panel, button)
	if err != nil {
		return 0, fmt.Errorf("press the panel's button: %w", err)
	}
	if a, err := clicked.Wait(ctx); err != nil || a.State != discordsim.StateModal {
		return 0, fmt.Errorf("no form: %s: %w", a.State, err)
	}
	_, err = answered(ctx)(d.sim.Submit(who, clicked.ID, discordsim.Fields{Values: map[string][]string{
		"subject": {answers[0]}, "details": {answers[1]}, "urgency": {answers[2]},
	}}))
	if err != nil {
		return 0, err
	}
	for id := range d.ticketChannels(who) {
		if !before[id] {
			return id, nil
		}
	}
	return 0, errors.New("the ticket has no channel")
}

// panel finds the panel and its button.
func (d *demo) panel(who discordsim.ID) (discordsim.ID, string, error) {
	messages, err := d.sim.Messages(who, d.world.Support, 0, 50)
	if err != nil {
		return 0, "", fmt.Errorf("look for the panel: %w", err)
	}
	for _, m := range messages {
		if id := openButton(m.Components); id != "" {
			return m.ID, id, nil
		}
	}
	return 0, "", errors.New("there is no panel")
}

func openButton(components []discordsim.Object) string {
	for _, c := range components {
		if id, _ := c["custom_id"].(string); strings.HasPrefix(id, "v1:open:") {
			return id
		}
		if id := openButton(children(c)); id != "" {
			return id
		}
	}
	return ""
}

// children are the components inside one, as decoded from JSON or as built.
func children(c discordsim.Object) []discordsim.Object {
	switch inner := c["components"].(type) {
	case []discordsim.Object:
		return inner
	case []any:
		var all []discordsim.Object
		for _, one := range inner {
			if o, ok := one.(map[string]any); ok {
				all = append(all, o)
			}
		}
		return all
	}
	return nil
}

// ticketChannels are the channels of tickets that somebody sees.
func (d *demo) ticketChannels(who discordsim.ID) map[discordsim.ID]bool {
	found := map[discordsim.ID]bool{}
	view, err := d.sim.See(who)
	if err != nil {
		return found
	}
	for _, g := range view.Guilds {
		for _, c := range g.Channels {
			if c.CanView && strings.HasPrefix(c.Name, "ticket-") && c.ID != d.world.TicketLog {
				found[c.ID] = true
			}
		}
	}
	return found
}

// answered waits until the bot has answered an interaction for good.
func answered(ctx context.Context) func(*discordsim.Interaction, error) (discordsim.Answer, error) {
	return func(i *discordsim.Interaction, err error) (discordsim.Answer, error) {
		if err != nil {
			return discordsim.Answer{}, err
		}
		a, err := i.WaitFor(ctx, discordsim.StateAnswered)
		if err == nil && a.State == discordsim.StateFailed {
			err = errors.New("the bot did not answer")
		}
		return a, err
	}
}

// statement draws a bank statement that is none.
func statement() []byte {
	img := image.NewRGBA(image.Rect(0, 0, 480, 150))
	fill := func(r image.Rectangle, c color.Color) {
		for y := r.Min.Y; y < r.Max.Y; y++ {
			for x := r.Min.X; x < r.Max.X; x++ {
				img.Set(x, y, c)
			}
		}
	}
	fill(img.Bounds(), color.RGBA{0xf7, 0xf8, 0xfa, 0xff})
	fill(image.Rect(0, 0, 480, 34), color.RGBA{0x2f, 0x5d, 0x8a, 0xff})
	for row := range 3 {
		y := 52 + row*32
		ink := color.RGBA{0xc9, 0xcf, 0xd8, 0xff}
		if row > 0 {
			ink = color.RGBA{0xd6, 0x45, 0x45, 0xff}
		}
		fill(image.Rect(20, y, 180+row*20, y+12), color.RGBA{0xc9, 0xcf, 0xd8, 0xff})
		fill(image.Rect(390, y, 455, y+12), ink)
	}
	var out bytes.Buffer
	_ = png.Encode(&out, img) // to memory, which does not fail
	return out.Bytes()
}
