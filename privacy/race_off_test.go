//go:build !race

package privacy_test

const withRace = false
