#!/usr/bin/env bash
# A throw-away PostgreSQL on loopback, for tests and benchmarks.
#   postgres.sh start FOLDER [--durable]   prints its URL; FOLDER remembers where it is
#   postgres.sh stop FOLDER                ends it and removes its data
# Started by root it runs as the user `postgres`, because PostgreSQL refuses root.
set -euo pipefail

verb=${1:?start or stop} folder=${2:?a folder} mode=${3:-}

binaries() {
  local newest
  newest=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n1)
  if [ -n "$newest" ]; then echo "$newest"; else dirname "$(command -v initdb)"; fi
}

as_owner() {
  if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

free_port() {
  local port
  for port in $(seq 54330 54429); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
  echo "no free port between 54330 and 54429" >&2
  return 1
}

start() {
  local bin data port settings
  bin=$(binaries) data=$(as_owner mktemp -d -t watchkeeper-pg.XXXXXX) port=$(free_port)
  cd "$data"
  as_owner "$bin/initdb" -D "$data/db" -U postgres -A trust -E UTF8 --locale=C >"$folder/initdb.log" 2>&1
  settings="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$data -c max_connections=200"
  [ "$mode" = --durable ] || settings="$settings -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
  echo "$data" >"$folder/where"
  as_owner "$bin/pg_ctl" -D "$data/db" -l "$data/server.log" -w -t 60 -o "$settings" start </dev/null >"$folder/start.log" 2>&1 \
    || { cat "$folder/start.log" >&2; cat "$data/server.log" >&2; return 1; }
  echo "postgres://postgres@127.0.0.1:$port/postgres"
}

stop() {
  local bin data
  [ -f "$folder/where" ] || return 0
  bin=$(binaries) data=$(cat "$folder/where")
  cd "$data"
  as_owner "$bin/pg_ctl" -D "$data/db" -m immediate -w stop </dev/null >/dev/null 2>&1 || true
  cd /
  rm -rf "$data" "$folder/where"
}

mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
case "$verb" in
  start) start ;;
  stop) stop ;;
  *) echo "start or stop" >&2; exit 2 ;;
esac
