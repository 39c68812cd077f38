# `make` prints the tasks.
.DEFAULT_GOAL := help
.PHONY: help demo run test check generate soak bench

TESTS ?= ./...

help: ## these lines
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1|/' | awk -F'|' '{ printf "  make %-9s %s\n", $$1, $$2 }'

demo: ## the whole product on this machine: a private PostgreSQL, a simulated Discord, the bot, the website
	@go build -o bin/ticketbot ./cmd/ticketbot && exec bin/ticketbot demo $(ARGS)

run: ## the real thing, configured by the environment (docs/running.md)
	@go build -o bin/ticketbot ./cmd/ticketbot && exec bin/ticketbot run $(ARGS)

check: ## formatting, vet, generated code up to date, the rules of the house
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo 'not formatted:'; gofmt -l $$(git ls-files '*.go'); exit 1; }
	go mod verify >/dev/null
	go mod tidy -diff
	go vet ./...
	go test ./internal/archtest

test: check ## everything that must hold, as CI runs it
	go test -race -timeout 30m $(TESTS)
	@# What is timed is judged without the race detector, which slows everything several times.
	go test -count=1 -timeout 5m -run 'TenThousand|Flood|DepartureIsFast' ./gateway ./discordsim ./privacy ./cmd/ticketbot

generate: ## SQL to Go and the API's description; the tools compile for some minutes the first time
	cd store && CGO_ENABLED=0 go tool -modfile=../tools/go.mod sqlc generate
	cd store && cat sqlc.yaml migrations/*.sql queries/*.sql | sha256sum | cut -d' ' -f1 > db/inputs.sha256
	go test ./api -run TestTheCommittedDescriptionIsTheRoutersOwn -update

soak: ## the same checks at full size, some hours; figures go to docs/measurements.md
	TICKETBOT_TEST_SIZE=soak go test -timeout 12h -count=1 -v $(TESTS)

bench: ## the benchmarks
	go test -run '^$$' -bench . -benchmem $(TESTS)
