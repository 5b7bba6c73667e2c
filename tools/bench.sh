#!/bin/sh
# The peers that bench/ compares with, in an environment of their own. Prints its Python. Installs once.
set -eu
cd "$(dirname "$0")/.."
tools=$(cd "${CAIRN_TOOLS:-.tools}" && pwd)
lock=tools/python/bench.lock
wanted=$(sha256sum <"$lock" | cut -c1-64)
if [ ! -f "$tools/bench-ready" ] || [ "$(cat "$tools/bench-ready")" != "$wanted" ]; then
  echo 'Installing what is compared with (rasterio, onnxruntime, MLServer; once) ...' >&2
  "$tools/uv/bin/uv" venv --quiet --clear --python "$tools/python/bin/python" "$tools/bench"
  VIRTUAL_ENV="$tools/bench" "$tools/uv/bin/uv" pip sync --quiet --require-hashes "$lock"
  printf '%s' "$wanted" >"$tools/bench-ready"
fi
echo "$tools/bench/bin/python"
