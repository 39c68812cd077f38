package transcript

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"strings"
)

//go:embed style.css
var style string

// styleHash names the page's one style to the browser.
func styleHash() string {
	sum := sha256.Sum256([]byte(style))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// Policy is the Content-Security-Policy that a page is to be served with. imgSrc are the sources of pictures, videos
// and files, as a policy writes them: 'self', https://cdn.example.com, data:.
//
// The sandbox lets a reader open a link in a tab of its own and download a file, and nothing else.
func Policy(imgSrc ...string) string {
	return directives(imgSrc) + "; frame-ancestors 'none'; sandbox allow-popups allow-popups-to-escape-sandbox allow-downloads"
}

// directives are the part of the policy that also holds in a <meta>, where browsers ignore the rest.
func directives(imgSrc []string) string {
	sources := strings.Join(imgSrc, " ")
	if sources == "" {
		sources = "'none'"
	}
	return "default-src 'none'; style-src " + styleHash() + "; img-src " + sources + "; media-src " + sources +
		"; base-uri 'none'; form-action 'none'"
}
