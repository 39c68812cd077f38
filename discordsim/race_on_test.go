//go:build race

package discordsim_test

// slowed: the race detector takes about nine tenths of the speed.
const slowed = true
