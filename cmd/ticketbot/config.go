package main

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"

	"ticketbot/internal/fault"
)

// place is where an installation keeps what it has. Every command that touches data takes it.
type place struct {
	DataDir     string `env:"TICKETBOT_DATA_DIR" placeholder:"DIR" help:"Where keys, files and the private database live. Default: /var/lib/ticketbot for root, else ~/.local/share/ticketbot."`
	DatabaseURL string `env:"TICKETBOT_DATABASE_URL" placeholder:"URL" secret:"" help:"A PostgreSQL of yours, 15 or newer. Without it ticketbot runs a private one in the data directory."`
	PostgresBin string `env:"TICKETBOT_POSTGRES_BIN" placeholder:"DIR" help:"Where initdb and postgres are, if not found by themselves."`
	FilesURL    string `env:"TICKETBOT_FILES_URL" placeholder:"URL" help:"Where sealed attachments go. Default: a folder in the data directory."`

	Keys keySettings `embed:"" prefix:"keys-"`
}

// discordSettings is how we reach Discord and who we are there.
type discordSettings struct {
	Token        string `env:"TICKETBOT_DISCORD_TOKEN" secret:"" placeholder:"TOKEN" help:"The bot's token: Developer Portal, your application, Bot, Reset Token."`
	ClientSecret string `env:"TICKETBOT_DISCORD_CLIENT_SECRET" secret:"" placeholder:"SECRET" help:"For logging in on the website: Developer Portal, your application, OAuth2."`
	API          string `env:"TICKETBOT_DISCORD_API" default:"https://discord.com/api/v10" help:"Base of Discord's API."`
	Site         string `env:"TICKETBOT_DISCORD_SITE" default:"https://discord.com" help:"Where people confirm a login."`
	CDN          string `env:"TICKETBOT_DISCORD_CDN" default:"https://cdn.discordapp.com" help:"Base of Discord's files."`
	Shards       string `env:"TICKETBOT_SHARDS" default:"all" placeholder:"WHICH" help:"Which of the connections to Discord this process has: all, none (website and jobs only), or numbers such as 0-3,7."`
}

// webSettings is how the website is reached.
type webSettings struct {
	Listen    string `env:"TICKETBOT_LISTEN" default:"127.0.0.1:8080" help:"Address the website listens on; put TLS in front of it."`
	PublicURL string `env:"TICKETBOT_PUBLIC_URL" placeholder:"URL" help:"What people type to reach the website, such as https://tickets.example.com."`
	Secret    string `env:"TICKETBOT_SECRET" secret:"" placeholder:"SECRET" help:"Signs links to files: at least 32 random characters, such as from 'openssl rand -base64 32'."`
}

// secretFiles lets every secret come from a file: TICKETBOT_SECRET_FILE=/run/secrets/x stands for TICKETBOT_SECRET.
type secretFiles struct{}

func (secretFiles) Validate(*kong.Application) error { return nil }

func (secretFiles) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if !flag.Tag.Has("secret") {
		return nil, nil
	}
	for _, env := range flag.Envs {
		file := os.Getenv(env + "_FILE")
		if file == "" || os.Getenv(env) != "" {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fault.New(fault.Config, "cmd.secret.file", "variable", env+"_FILE", "file", file).Because(err)
		}
		return strings.TrimSpace(string(text)), nil
	}
	return nil, nil
}

// dataDir is the directory to use, made if it is not there.
func (p place) dataDir() (string, error) {
	dir := p.DataDir
	if dir == "" && os.Geteuid() == 0 {
		// An unprivileged user runs the private PostgreSQL for root, and cannot enter root's home.
		dir = "/var/lib/ticketbot"
	}
	if dir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fault.New(fault.Config, "cmd.data_dir.unknown").Because(err)
		}
		dir = filepath.Join(home, ".local", "share", "ticketbot")
	}
	if err := os.MkdirAll(dir, 0o711); err != nil {
		return "", fault.New(fault.Config, "cmd.data_dir.unwritable", "dir", dir).Because(err)
	}
	probe, err := os.CreateTemp(dir, ".probe-*")
	if err != nil {
		return "", fault.New(fault.Config, "cmd.data_dir.unwritable", "dir", dir).Because(err)
	}
	probe.Close()
	_ = os.Remove(probe.Name()) // an empty file; it was just made here
	return filepath.Abs(dir)
}

// check refuses what cannot work, or is not safe, before anything is started.
func (d discordSettings) check() error {
	token := strings.TrimPrefix(d.Token, "Bot ")
	switch {
	case d.Token == "":
		return fault.New(fault.Config, "cmd.token.missing")
	case strings.Count(token, ".") != 2 || len(token) < 24 || strings.ContainsAny(token, " \t\n\"'"):
		return fault.New(fault.Config, "cmd.token.shape")
	case d.ClientSecret == "":
		return fault.New(fault.Config, "cmd.client_secret.missing")
	}
	for _, one := range [][2]string{
		{"TICKETBOT_DISCORD_API", d.API}, {"TICKETBOT_DISCORD_SITE", d.Site}, {"TICKETBOT_DISCORD_CDN", d.CDN},
	} {
		if !address(one[1]) {
			return fault.New(fault.Config, "cmd.discord.address", "variable", one[0], "url", one[1])
		}
	}
	_, err := parseShards(d.Shards)
	return err
}

func (w webSettings) check() error {
	if err := strong(w.Secret); err != nil {
		return err
	}
	if !address(w.PublicURL) {
		return fault.New(fault.Config, "cmd.public_url.shape", "url", cmp.Or(w.PublicURL, "not set"))
	}
	if u, err := url.Parse(w.PublicURL); err == nil && u.Scheme == "http" && !loopback(u.Hostname()) {
		return fault.New(fault.Config, "cmd.public_url.plain", "url", w.PublicURL)
	}
	return nil
}

// address says whether text is where a website or an API can be.
func address(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http")
}

func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// strong refuses a secret that somebody could guess.
func strong(secret string) error {
	different := map[rune]bool{}
	for _, r := range secret {
		different[r] = true
	}
	switch {
	case secret == "":
		return fault.New(fault.Config, "cmd.secret.missing")
	case len(secret) < 32 || len(different) < 10:
		return fault.New(fault.Config, "cmd.secret.weak")
	}
	return nil
}

// redacted logs settings with the secrets hidden.
func redacted(settings ...any) slog.Attr {
	var attrs []slog.Attr
	for _, s := range settings {
		v := reflect.ValueOf(s)
		for i := range v.NumField() {
			field := v.Type().Field(i)
			if field.Type.Kind() == reflect.Struct {
				attrs = append(attrs, redacted(v.Field(i).Interface()).Value.Group()...)
				continue
			}
			value := fmt.Sprint(v.Field(i))
			if _, secret := field.Tag.Lookup("secret"); secret && value != "" {
				value = "(set)"
			}
			if env := field.Tag.Get("env"); env != "" {
				attrs = append(attrs, slog.String(env, value))
			}
		}
	}
	return slog.GroupAttrs("settings", attrs...)
}
