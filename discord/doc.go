// Package discord is how we speak to Discord: requests, the look of our messages, what we remember of servers, the login.
//
//	ticket.Service ──► channels.go welcome.go notices.go panels.go history.go ─┐
//	bot            ──► replies.go                                              ├─► client.go ─► guard.go ─► Discord
//	api            ──► oauth.go                                                │     call()      limits, retries,
//	bot, api       ──► directory.go (caches that promise an age) ──────────────┘                 no unmeant ping
//	worker         ──► files.go ──────────────────────────────────────────────────────────────► Discord's file hosts
//
// Types and routes are disgo's; its gateway is not used, nor its rate limiter: that one repeats a refused request at once
// when the refusal names no bucket. What Discord answers is read leniently by types of our own.
//
// Every call goes through [Client.call], which turns Discord's refusals into the domain's errors and into faults whose
// sentences say what to change and where (errors.go). Each method's comment says how many requests it makes.
package discord
