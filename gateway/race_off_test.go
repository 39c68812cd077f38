//go:build !race

package gateway

const slowed = false
