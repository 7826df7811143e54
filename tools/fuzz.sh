#!/usr/bin/env bash
# Runs every fuzz target of the module, one after another, each for the time given (30s).
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:-30s}
GO=${GO:-go}
count=0
while IFS=: read -r file target; do
  package=./$(dirname "$file")
  echo "--- $package $target"
  "$GO" test -run '^$' -fuzz "^$target\$" -fuzztime "$time" -fuzzminimizetime 20x "$package"
  count=$((count + 1))
done < <(grep -rHoE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' internal cmd protocol 2>/dev/null | sed -E 's/:func /:/' | sort)
if ((count == 0)); then
  echo "there is no fuzz target" >&2
  exit 1
fi
echo "ok  	fuzz: $count targets, $time each"
