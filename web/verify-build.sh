#!/bin/sh
# Rebuilds the page into a temporary folder and compares it with the built files of the package: any difference fails.
set -eu
cd "$(dirname "$0")"
built="../src/ironworks/show/static"
if grep -q '"resolved"' package-lock.json; then
    echo "web/package-lock.json records registry addresses: run npm install with web/.npmrc in place" >&2
    exit 1
fi
[ -d node_modules ] || npm ci
npm run check
fresh="$(mktemp -d)"
trap 'rm -rf "$fresh"' EXIT
IRONWORKS_PAGE_OUT="$fresh/static" npm run build
if ! diff -r "$fresh/static" "$built"; then
    echo "$built does not match web/: run 'npm ci && npm run build' in web/ and commit the result" >&2
    exit 1
fi
limit=153600
size="$(gzip -9 -c "$fresh"/static/assets/*.js | wc -c)"
if [ "$size" -gt "$limit" ]; then
    echo "the page's scripts have $size bytes gzipped; expected at most $limit" >&2
    exit 1
fi
echo "the built page matches its sources; scripts $size bytes gzipped"
