//go:build race

package privacy_test

const withRace = true
