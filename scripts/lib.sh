# Shared by ./run and ./test: says things, and gets what is missing. Sourced, not run.
# shellcheck shell=bash

say() { printf '==> %s\n' "$*"; }
die() { printf '\nstopped: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# As root, or through sudo; never waits for a password where nobody can type one.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif ! have sudo; then die "this needs root: $*"
  elif [ -t 0 ]; then sudo "$@"
  else sudo -n "$@"
  fi
}

is_debian_12() {
  [ -r /etc/os-release ] && (. /etc/os-release && [ "${ID:-}" = debian ] && [ "${VERSION_ID:-}" = 12 ])
}

# require COMMAND:PACKAGE… — installs the Debian packages of the commands that are missing.
require() {
  local want missing=() packages=()
  for want in "$@"; do
    have "${want%%:*}" && continue
    missing+=("${want%%:*}")
    packages+=("${want##*:}")
  done
  [ "${#missing[@]}" = 0 ] && return 0
  is_debian_12 || die "missing: ${missing[*]}. This is not Debian 12; install them yourself and start again" \
    "(on Debian 12 they come with: ${packages[*]})."
  say "installing from Debian: ${packages[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update </dev/null \
    || die "apt-get update failed; it would be needed for: ${packages[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends \
    "${packages[@]}" </dev/null || die "apt-get could not install: ${packages[*]}"
}

# The oldest compiler that the workspace accepts.
rust_wanted() { sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml; }

rust_is_new_enough() {
  local is
  is=$(cargo --version 2>/dev/null | cut -d' ' -f2) || return 1
  [ "$(printf '%s\n' "$(rust_wanted)" "$is" | sort -V | head -n1)" = "$(rust_wanted)" ]
}

# ensure_rust — cargo in the wanted version, by rustup where it is absent or too old.
ensure_rust() {
  [ -d "$HOME/.cargo/bin" ] && PATH="$HOME/.cargo/bin:$PATH"
  rust_is_new_enough && return 0
  if have rustup; then
    say "updating Rust to stable"
    rustup toolchain install stable --profile minimal -c rustfmt -c clippy </dev/null && rustup default stable
  else
    install_rustup
  fi
  hash -r
  rust_is_new_enough || die "cargo is $(cargo --version 2>/dev/null || echo absent), and $(rust_wanted) or newer is needed"
}

install_rustup() {
  require curl:curl
  local script
  script=$(mktemp)
  say "installing Rust with rustup, into $HOME/.cargo"
  curl --proto '=https' --tlsv1.2 --max-time 120 -sSf https://sh.rustup.rs -o "$script" \
    || die "Rust $(rust_wanted) or newer is absent and https://sh.rustup.rs cannot be reached. Install it and start again."
  sh "$script" -y --no-modify-path --profile minimal -c rustfmt -c clippy --default-toolchain stable </dev/null \
    || die "rustup could not install Rust. Install Rust $(rust_wanted) or newer and start again."
  rm -f "$script"
  PATH="$HOME/.cargo/bin:$PATH"
}

# ensure_npm FOLDER — what its lock file names, if it has one and it is not installed yet.
ensure_npm() {
  local lock="$1/package-lock.json" done="$1/node_modules/.package-lock.json"
  [ -f "$lock" ] || return 0
  [ "$done" -nt "$lock" ] && return 0
  require node:nodejs npm:npm
  say "installing the npm packages of $1"
  (cd "$1" && timeout 600 npm ci --no-audit --no-fund --ignore-scripts </dev/null) \
    || die "npm could not install the packages of $1"
  touch "$done"
}
