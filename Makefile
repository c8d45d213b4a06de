# `make` lists the targets. `run` and `test` need Go, git and make; what else
# they need, they fetch. `check` is what .ci/run asks of every change.

SHELL := /bin/sh
TOOL  := CGO_ENABLED=0 go tool -modfile=tools/go.mod
# Output of the generators, committed so that building needs none of them.
MADE  := ':(glob)**/*_templ.go' ':(glob)queries/*.sql.go' queries/models.go queries/db.go
# The race detector needs a C compiler; without one the tests run without it.
RACE  := $(shell if [ "$$(go env CGO_ENABLED)" = 1 ] && command -v "$$(go env CC)" >/dev/null 2>&1; then echo -race; fi)
ARGS  ?=

.PHONY: help run demo test check generate generated format lint build bench faults postgres

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: postgres build ## start HelpHub on http://127.0.0.1:8080 with its own database (ARGS=… for flags)
	@exec bin/helphub serve $(ARGS)

demo: postgres build ## fill HelpHub with a believable company (ARGS='--tickets 100000' for a big one)
	@exec bin/helphub demo $(ARGS)

test: postgres ## run every test, with the race detector where there is a C compiler
	@test -n "$(RACE)" || { echo 'make test: no C compiler, so the race detector stays off'; test "$$HELPHUB_RACE" != required; }
	go test $(RACE) -timeout 30m $(ARGS) ./...

check: generated format lint test build ## generate and compare, format, tidy, vet, lint, test, build

generate: ## write the Go of the templates and of the queries
	$(TOOL) templ generate
	$(TOOL) sqlc generate

generated: generate
	@if git status --porcelain -- $(MADE) | grep -v '^[MARC] '; then \
		echo 'make generated: this is not what was committed or staged'; exit 1; fi

format:
	@files=$$(gofmt -l $$(git ls-files '*.go')) && test -z "$$files" || { echo "make format: gofmt would change:"; echo "$$files"; exit 1; }
	go mod tidy -diff

lint: ## go vet and the linters of .golangci.yml
	go vet ./...
	$(TOOL) golangci-lint run

build: ## build bin/helphub
	@mkdir -p bin
	CGO_ENABLED=0 go build -trimpath -o bin/helphub ./cmd/helphub

bench: postgres ## measure what docs/operations.md promises
	go test -run '^$$' -bench . -benchtime 1x -timeout 30m $(ARGS) ./...

faults: postgres ## kill and starve real processes and check that nothing is lost
	HELPHUB_FAULTS=whole go test -count=1 -timeout 30m -v $(ARGS) ./internal/faults

postgres:
	@tools/postgres
