#!/usr/bin/env bash
# What `make bench` runs: Go's benchmarks of the hot path, then whole servers side by side (bench/main.go). Arguments go to the
# second part: make bench ARGS="-runs 1 -only 'broadcast to 50'". NOBENCH=1 leaves the first part out.
set -euo pipefail
cd "$(dirname "$0")/.."
go=${GO:-go}

if [ -z "${NOBENCH:-}" ]; then
	$go test -run '^$' -bench . -benchmem ./internal/sfu/... ./internal/media/... ./internal/socketio/...
fi
$go build -o .bin/floor ./bench/floor
$go build -o .bin/crowd ./bench/crowd
$go run ./bench -noom bin/noom "$@"
