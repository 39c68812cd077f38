package main

import (
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"ticketbot/gateway"
)

// figures are totals for /metrics. No label ever holds an id or anything that somebody wrote.
type figures struct {
	registry *prometheus.Registry
	calls    *prometheus.CounterVec
}

func newFigures() *figures {
	f := &figures{
		registry: prometheus.NewRegistry(),
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ticketbot_discord_requests_total", Help: "Requests to Discord, by route and status.",
		}, []string{"route", "status"}),
	}
	f.registry.MustRegister(f.calls, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return f
}

// call counts a request that Discord answered.
func (f *figures) call(route string, status int) {
	f.calls.WithLabelValues(route, strconv.Itoa(status)).Inc()
}

// handler serves the figures of a running installation.
func (f *figures) handler(in *installation) http.Handler {
	f.watch(in)
	return promhttp.HandlerFor(f.registry, promhttp.HandlerOpts{})
}

func (f *figures) watch(in *installation) {
	gauge := func(name, help string, value func() float64) {
		f.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
	}
	counter := func(name, help string, value func() float64) {
		f.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, value))
	}
	gauge("ticketbot_ticket_channels", "Channels whose messages are kept.", func() float64 {
		return float64(len(in.tickets.Rooms().All(0)))
	})
	counter("ticketbot_sightings_refused_total", "Sightings dropped because their guild or ticket was gone.", func() float64 {
		return float64(in.vault.store.Refused())
	})
	events := func(pick func(gateway.Stats) uint64) func() float64 {
		return func() float64 {
			var sum uint64
			for _, shard := range in.shards {
				sum += pick(shard.Stats())
			}
			return float64(sum)
		}
	}
	counter("ticketbot_events_screened_total", "Events dropped before decoding.", events(func(s gateway.Stats) uint64 { return s.Screened }))
	counter("ticketbot_events_handled_total", "Events handled and committed.", events(func(s gateway.Stats) uint64 { return s.Handled }))
	counter("ticketbot_events_failed_total", "Events given up; their channels are read again.", events(func(s gateway.Stats) uint64 { return s.Failed }))
}
