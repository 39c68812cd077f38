package main

import (
	"context"
	"errors"
	"net"
	"syscall"

	"ticketbot/internal/fault"
)

// listen takes the address, or says who has to give way, and which setting chooses another.
func listen(ctx context.Context, address, setting string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	switch {
	case err == nil:
		return l, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fault.New(fault.Config, "cmd.listen.taken", "address", address, "setting", setting)
	}
	return nil, fault.New(fault.Config, "cmd.listen.refused", "address", address, "setting", setting).Because(err)
}
