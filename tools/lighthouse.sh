#!/bin/sh
# Lighthouse, in a folder of its own. Prints its program. Installs once.
set -eu
cd "$(dirname "$0")/.."
tools=$(cd "${CAIRN_TOOLS:-.tools}" && pwd)
wanted=$(sha256sum <tools/lighthouse/package-lock.json | cut -c1-64)
if [ ! -f "$tools/lighthouse-ready" ] || [ "$(cat "$tools/lighthouse-ready")" != "$wanted" ]; then
  echo 'Installing Lighthouse (half a minute, once) ...' >&2
  rm -rf "$tools/lighthouse"
  mkdir "$tools/lighthouse"
  cp tools/lighthouse/package.json tools/lighthouse/package-lock.json "$tools/lighthouse"
  (cd "$tools/lighthouse" && npm ci --ignore-scripts --loglevel=error >&2)
  printf '%s' "$wanted" >"$tools/lighthouse-ready"
fi
echo "$tools/lighthouse/node_modules/lighthouse/cli/index.js"
