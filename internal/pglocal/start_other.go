//go:build !unix

package pglocal

import (
	"context"

	"ticketbot/internal/fault"
)

// Start refuses: what makes the private server safe here (flock, signals, users) is Unix's.
func Start(context.Context, Options) (*Cluster, error) {
	return nil, fault.New(fault.Config, "pglocal.platform")
}

// Stop has nothing to stop.
func (c *Cluster) Stop(context.Context) error { return nil }
