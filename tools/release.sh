#!/usr/bin/env bash
# Builds noom for every platform into dist/, with SHA-256 sums. The page must be built (make release sees to it).
set -euo pipefail
cd "$(dirname "$0")/.."
GO=${GO:-go}
VERSION=${VERSION:?}
rm -rf dist
mkdir -p dist
for os in linux darwin windows; do
  for arch in amd64 arm64; do
    name=noom-$VERSION-$os-$arch
    if [[ $os == windows ]]; then name=$name.exe; fi
    echo "dist/$name"
    CGO_ENABLED=0 GOOS=$os GOARCH=$arch "$GO" build -trimpath -ldflags "${LDFLAGS:-}" -o "dist/$name" ./cmd/noom
  done
done
cd dist
if command -v sha256sum >/dev/null; then sha256sum noom-* >SHA256SUMS; else shasum -a 256 noom-* >SHA256SUMS; fi
