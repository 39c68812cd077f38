package discordsim

import "net/http"

// This file is faults by name over HTTP: faults.go.

// misbehave replaces the faults that strike from now on.
func (c *Control) misbehave(r *http.Request) (any, error) {
	var f Faults
	if _, err := read(r, &f); err != nil {
		return nil, err
	}
	if err := c.sim.Misbehave(f); err != nil {
		return nil, badRequest("%s", err)
	}
	return nil, nil
}

func (c *Control) faultTable(*http.Request) (any, error) { return c.sim.FaultTable(), nil }
