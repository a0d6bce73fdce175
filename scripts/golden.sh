#!/usr/bin/env bash
# Records the golden log of a release: golden.sh WATCHKEEPER VERSION
#
# Runs the given binary with the sample organisation, sends it alerts, stops it, and keeps what it wrote:
# the database, its keys (made for this and used for nothing else) and the checkpoint held outside. Every
# later build opens it, brings it up to date, folds it again and verifies it (crates/cli/tests/golden.rs).
set -euo pipefail
[ $# -eq 2 ] || { echo "usage: $0 WATCHKEEPER VERSION" >&2; exit 2; }
binary=$1 version=$2
place="$(cd "$(dirname "$0")/.." && pwd)/crates/cli/tests/golden/$version"
[ ! -e "$place" ] || { echo "$place is there already; a golden log never changes" >&2; exit 2; }
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
"$binary" serve --demo --listen 127.0.0.1:0 --data "$work/data" >"$work/out" 2>"$work/err" &
server=$!
for _ in $(seq 600); do
  address=$(sed -n 's/^ready on //p' "$work/out")
  [ -n "$address" ] && break
  kill -0 "$server" || { cat "$work/err" >&2; exit 1; }
  sleep 0.1
done
key=$("$binary" admin integration add --source alertmanager-api --name golden --data "$work/data")
for name in LedgerDown GatewaySlow LedgerDown; do
  curl -sf -H "Authorization: Bearer $key" -H 'Content-Type: application/json' "$address/api/v2/alerts" \
    -d "[{\"labels\":{\"alertname\":\"$name\",\"severity\":\"critical\"},\"annotations\":{}}]"
done
"$binary" admin token create --name golden --role auditor --data "$work/data" >"$work/token"
kill "$server"
wait "$server" || true
"$binary" export --from 2020-01-01T00:00:00Z --to 2100-01-01T00:00:00Z -o "$work/pack.zip" --data "$work/data"
mkdir -p "$place"
cp "$work/data/log.key" "$work/data/seal.key" "$work/data/checkpoint" "$place"
"$binary" rebuild --check --json --data "$work/data" >"$place/rebuilt.json"
gzip -9nc "$work/data/watchkeeper.db" >"$place/watchkeeper.db.gz"
[ ! -s "$work/data/watchkeeper.db-wal" ] || { echo "the journal was not folded in" >&2; exit 1; }
chmod 644 "$place"/*
ls -l "$place"
