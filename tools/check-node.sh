#!/usr/bin/env bash
# Says plainly when Node is missing or too old to build the page.
set -euo pipefail
need=20
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  echo "Noom's page is built with Node $need or newer, and there is no node (or npm) here: https://nodejs.org" >&2
  exit 1
fi
have=$(node -p 'process.versions.node.split(".")[0]')
if ((have < need)); then
  echo "Noom's page is built with Node $need or newer; this is Node $have: https://nodejs.org" >&2
  exit 1
fi
