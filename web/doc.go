// Package web is the website's files: dist/ as the browser gets it, embedded so that one program serves all of it.
//
//	dist/index.html     for those who are not logged in
//	dist/tickets.html   "My tickets", filled by assets/tickets.js, and "Your data", by assets/data.js
//	dist/privacy.html   a Go template: the policy
//	dist/receipt.html   a Go template: what was forgotten, and the proof
//	dist/problem.html   a Go template: what went wrong, and what to do next
//	dist/assets/        one style sheet, the scripts, one picture
//
// There is no build step. The pages load nothing from elsewhere, and nothing in them is inline: their Content-Security-
// Policy (api/site.go) forbids both.
package web
