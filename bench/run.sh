#!/usr/bin/env bash
# What `make bench` runs: Go's benchmarks of the hot path, then whole servers side by side (bench/main.go). Arguments go to the
# second part: make bench ARGS="-runs 1 -only 'to 50$$'". NOBENCH=1 leaves the first part out.
set -euo pipefail
cd "$(dirname "$0")/.."
go=${GO:-go}

if [ -z "${NOBENCH:-}" ]; then
	$go test -run '^$' -bench . -benchmem ./internal/sfu/... ./internal/media/... ./internal/socketio/...
fi
for tool in floor crowd profiled; do
	$go build -o ".bin/$tool" "./bench/$tool"
done
$go build -o .bin/bench ./bench

# Server and crowd get a network namespace each and a cable between them: Janus does not use loopback addresses, and binds to
# a device. The addresses are of the range for benchmarks (RFC 2544 §C.2.2). Each client has its own: all of the range but the
# server's is the crowd's. Without the right to do so all goes over loopback, and Janus is left out.
if [ "$(id -u)" = 0 ] && unshare --net true 2>/dev/null; then
	exec unshare --net --mount --pid --fork --kill-child --mount-proc bash -c '
		set -e
		ip link set lo up
		unshare --net sleep infinity &
		while [ "$(readlink /proc/$!/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.02; done
		crowd="nsenter --net=/proc/$!/ns/net"
		ip link add bench0 type veth peer name bench1 netns $!
		ip address add 198.18.0.1/16 dev bench0
		ip link set bench0 up
		$crowd ip link set lo up
		$crowd ip link set bench1 up
		$crowd ip route add local 198.18.0.0/16 dev lo
		$crowd ip route add 198.18.0.1/32 dev bench1 src 198.18.0.2
		exec .bin/bench -noom bin/noom -host 198.18.0.1 -clients 198.18 -crowd "$crowd" "$@"' bench "$@"
fi
exec .bin/bench -noom bin/noom -servers floor,noom,noom-2 "$@"
