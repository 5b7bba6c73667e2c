#!/bin/sh
# The whole suite: format, lint, types, then every test with the real parts. Where the machine lacks the browser or the
# PostgreSQL that the tests drive, they are installed if this is Debian and we are root; else it is said what to install.
set -eu
cd "$(dirname "$0")/.."

missing=
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
[ -x /usr/lib/postgresql/15/bin/postgres ] || missing="$missing postgresql-15"
[ -f /usr/share/postgresql/15/extension/postgis.control ] || missing="$missing postgresql-15-postgis-3"
if [ -n "$missing" ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing for the tests:$missing"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
  else
    echo "The tests need:$missing (Debian 12: apt-get install$missing)." >&2
    exit 3
  fi
fi

step() {
  printf '\n== %s\n' "$1"
  shift
  "$@"
}

step 'generated files, format, lint and types' make --no-print-directory check
step 'the model package' tools/test-model.sh
if [ -n "${CAIRN_TEST_SCENE:-}" ]; then
  echo "The demo runs on the real scene that CAIRN_TEST_SCENE names too."
else
  echo 'CAIRN_TEST_SCENE names no folder of real chips: the demo runs on the generated scene only.'
fi
step 'what reads exports back' tools/test-readers.sh
step 'what outlines are compared with' tools/test-readers.sh polygonize
step 'what the Helm chart is tested with' tools/test-chart.sh
step 'tests' npx vitest run
