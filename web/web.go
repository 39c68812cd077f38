package web

import (
	"embed"
	"io/fs"
)

// "all:" takes files too whose name begins with an underscore or a dot.
//
//go:embed all:dist
var dist embed.FS

// Dist is the site's files.
func Dist() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the folder's name is right above
	}
	return sub
}
