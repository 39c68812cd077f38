//go:build !race

package discordsim_test

const slowed = false
