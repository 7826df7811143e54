#!/usr/bin/env bash
# What `make bench` runs: Go's benchmarks of the hot path, then the figures of a whole server (bench/main.go).
# Arguments go to the second part: make bench ARGS="-runs 1 -only 'broadcast to 50'".
set -euo pipefail
cd "$(dirname "$0")/.."
go=${GO:-go}

$go test -run '^$' -bench . -benchmem ./internal/sfu/... ./internal/media/... ./internal/socketio/...
$go run ./bench -noom bin/noom "$@"
