# The stages of ./test, each a function, in order, with its limit in seconds. Sourced, not run.
# shellcheck shell=bash
# To add one: a name in STAGES, a limit, a function. A stage fails by its exit code; where its
# output counts tests (cargo, nextest, or a closing line `N passed, N failed`) these are counted.

STAGES=(fmt clippy tidy deny unit build e2e api prometheus)

declare -A LIMIT=(
  [fmt]=60 [clippy]=900 [tidy]=300 [deny]=300 [unit]=2000 [build]=900 [e2e]=900 [api]=600 [prometheus]=600
  [soak]=14400
)

# Names the files that `cargo fmt` would change.
stage_fmt() { cargo fmt --all --check -- -l; }

stage_clippy() { cargo clippy --workspace --all-targets --locked -- -D warnings; }

stage_tidy() { cargo xtask tidy; }

# Licences and registries by our own gate; new advisories only where cargo-deny is installed.
stage_deny() {
  cargo xtask licences || return 1
  if have cargo-deny; then cargo deny --all-features check; fi
}

# Unit, store (SQLite and, through WATCHKEEPER_TEST_PG, PostgreSQL) and simulator tests.
stage_unit() {
  if have cargo-nextest; then
    cargo nextest run --workspace --locked --no-fail-fast && cargo test --doc --workspace --locked
  else
    cargo test --workspace --locked --no-fail-fast
  fi
}

# The server that the next stages drive: same profile as the tests, so that nothing compiles twice.
stage_build() { cargo build --locked -p cli; }

# Every journey, whether or not the one before it had findings.
stage_e2e() {
  local journey code=0
  for journey in run exceptions tables migrate editor; do
    [ -f "e2e/$journey.mjs" ] || continue
    echo "e2e/$journey.mjs"
    node "e2e/$journey.mjs" || code=1
  done
  return "$code"
}

# Whatever the description of the API allows, against the running server.
stage_api() { external e2e/schemathesis.mjs; }

# A real Prometheus and Alertmanager from the distribution against our endpoints.
stage_prometheus() { external e2e/prometheus.mjs; }

# Only with --soak: many simulator seeds; each fuzz target of a parser for a minute.
stage_soak() {
  WATCHKEEPER_SIM_SEEDS=${WATCHKEEPER_SIM_SEEDS:-5000} cargo test --locked -p sim --no-fail-fast &&
    WATCHKEEPER_FUZZ_SECONDS=${WATCHKEEPER_FUZZ_SECONDS:-60} \
      cargo test --locked -p connect --test fuzz --no-fail-fast
}

external() {
  if [ ! -f "$1" ]; then
    echo "not run: $1 does not exist"
    return "$NOT_RUN"
  fi
  node "$1"
}

# What a stage needs beyond Rust, before it starts.
prepare() {
  case "$1" in
    unit) have_postgres || require initdb:postgresql ;;
    e2e) require node:nodejs npm:npm chromium:chromium prometheus:prometheus \
      prometheus-alertmanager:prometheus-alertmanager && ensure_npm e2e ;;
    api) require node:nodejs npm:npm python3:python3 && require_venv && ensure_npm e2e ;;
    prometheus) require node:nodejs npm:npm prometheus:prometheus \
      prometheus-alertmanager:prometheus-alertmanager && ensure_npm e2e ;;
  esac
}

# Debian keeps the module that makes environments in a package of its own.
require_venv() { python3 -c 'import ensurepip' 2>/dev/null || require ensurepip:python3-venv; }

# Debian keeps initdb off the path.
have_postgres() { have initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }
