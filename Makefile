.PHONY: check test race bench generate

# Everything that must pass before a change is merged.
check:
	.ci/run

test:
	go test ./...

# The packages that run in parallel.
race:
	go test -race -short ./graph ./train

bench:
	go test -run '^$$' -bench . -benchmem ./...

generate:
	go generate ./...
