// Command clients is small bots on Discord libraries written in Go. It is a module of its own, so that the product does
// not depend on them. The test that starts it names the library, where Discord is, a token, a guild and a compression.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
)

// bot is one library's. Orders are carried out one after the other.
type bot interface {
	open() error
	order(o order) error
	close()
}

// place is where a bot is to be.
type place struct{ address, token, guild, compression string }

// order is a line of standard input.
type order struct {
	Order   string `json:"order"`
	Channel string `json:"channel"`
	Message string `json:"message"`
	User    string `json:"user"`
}

func main() {
	if len(os.Args) != 6 {
		fail(fmt.Errorf("usage: clients discordgo|disgo ADDRESS TOKEN GUILD COMPRESSION"))
	}
	p := place{os.Args[2], os.Args[3], os.Args[4], os.Args[5]}
	var b bot
	switch os.Args[1] {
	case "discordgo":
		b = newDiscordgo(p)
	case "disgo":
		b = newDisgo(p)
	default:
		fail(fmt.Errorf("%q is no library", os.Args[1]))
	}
	check(b.open())
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		var o order
		check(json.Unmarshal(lines.Bytes(), &o))
		check(b.order(o))
		tell("done", said{"order": o.Order})
	}
	b.close()
}

// said is what the bot tells of what it saw.
type said map[string]any

var out sync.Mutex // events come on many goroutines

func tell(saw string, details said) {
	line := said{"saw": saw}
	for key, value := range details {
		line[key] = value
	}
	text, err := json.Marshal(line)
	if err != nil {
		text, _ = json.Marshal(said{"saw": "error", "message": err.Error()})
	}
	out.Lock()
	defer out.Unlock()
	fmt.Printf("%s\n", text)
}

func check(err error) {
	if err != nil {
		fail(err)
	}
}

func fail(err error) {
	tell("error", said{"message": err.Error()})
	os.Exit(1)
}

// overwrite is one of a channel's, as the bot's library has read it.
type overwrite struct {
	ID    string `json:"id"`
	Type  int    `json:"type"`
	Allow string `json:"allow"`
	Deny  string `json:"deny"`
}

// file is an attachment, and what is in it.
type file struct {
	Name string `json:"name"`
	Size int    `json:"size"`
	Text string `json:"text"`
}

func download(name string, size int, url string) file {
	answer, err := http.Get(url)
	check(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	check(err)
	if answer.StatusCode != http.StatusOK {
		text = []byte(answer.Status)
	}
	return file{name, size, string(text)}
}
