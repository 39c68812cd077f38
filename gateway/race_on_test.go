//go:build race

package gateway

// slowed: the race detector takes about nine tenths of the speed.
const slowed = true
