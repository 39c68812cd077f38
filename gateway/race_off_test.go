//go:build !race

package gateway_test

const slowed = false
