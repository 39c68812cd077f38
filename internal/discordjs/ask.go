package discordjs

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
)

// Answer is what discord.js says of one member of a guild.
type Answer struct {
	Base     uint64      `json:"base,string"` // member.permissions
	TimedOut bool        `json:"timed_out"`   // member.isCommunicationDisabled()
	In       []InChannel `json:"in"`          // by channel, in the guild's order
}

// InChannel is what discord.js says of a member in a channel. All but Bits is said of the client's own member, so each
// member is the client's own once.
type InChannel struct {
	Bits       uint64 `json:"bits,string"` // channel.permissionsFor(member)
	Viewable   bool   `json:"viewable"`
	Manageable bool   `json:"manageable"`
	Sendable   bool   `json:"sendable"` // of threads only
	Joined     bool   `json:"joined"`   // of threads only
}

// All are the bits that discord.js knows by name; more it never adds.
type All uint64

// Ask puts guilds to discord.js in one process. The answers are by guild and by member, in the guild's order.
func Ask(ctx context.Context, folder string, guilds []Guild) ([][]Answer, All, error) {
	if err := Install(ctx, folder); err != nil {
		return nil, 0, err
	}
	node := exec.CommandContext(ctx, "node", "permissions.mjs")
	node.Dir = folder
	in, err := node.StdinPipe()
	if err != nil {
		return nil, 0, fmt.Errorf("reach discord.js: %w", err)
	}
	out, err := node.StdoutPipe()
	if err != nil {
		return nil, 0, fmt.Errorf("hear discord.js: %w", err)
	}
	var complaints strings.Builder
	node.Stderr = &complaints
	if err := node.Start(); err != nil {
		return nil, 0, fmt.Errorf("start node: %w", err)
	}
	go func() {
		defer in.Close()
		w := bufio.NewWriter(in)
		defer w.Flush()
		lines := json.NewEncoder(w)
		for _, g := range guilds {
			if lines.Encode(g) != nil {
				return // node has gone, which its end says
			}
		}
	}()
	answers, all, err := read(json.NewDecoder(out), len(guilds))
	if ended := node.Wait(); err == nil {
		err = ended
	}
	if err != nil {
		return nil, 0, fmt.Errorf("discord.js: %w\n%s", err, complaints.String())
	}
	return answers, all, nil
}

func read(d *json.Decoder, guilds int) (answers [][]Answer, all All, err error) {
	var first struct {
		All uint64 `json:"all,string"`
	}
	if err := d.Decode(&first); err != nil {
		return nil, 0, fmt.Errorf("read its first line: %w", err)
	}
	for range guilds {
		var a []Answer
		if err := d.Decode(&a); err != nil {
			return nil, 0, fmt.Errorf("read answer %d: %w", len(answers), err)
		}
		answers = append(answers, a)
	}
	return answers, All(first.All), nil
}

func quoted(n uint64) []byte { return strconv.AppendQuote(nil, strconv.FormatUint(n, 10)) }
