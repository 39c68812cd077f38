//go:build race

package gateway_test

// slowed: the race detector takes about nine tenths of the speed.
const slowed = true
