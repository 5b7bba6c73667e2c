#!/bin/sh
# The programs by which the tests read exports back: GDAL and geopandas, beside the Python tools, whose packages they use.
# Prints the folder for PYTHONPATH. Installs once; two tests may ask at the same time.
set -eu
cd "$(dirname "$0")/.."
tools=$(cd "${CAIRN_TOOLS:-.tools}" && pwd)
lock=tools/python/readers.lock
wanted=$(sha256sum <"$lock" | cut -c1-64)
exec 9>"$tools/readers.lock"
flock 9
if [ ! -f "$tools/readers-ready" ] || [ "$(cat "$tools/readers-ready")" != "$wanted" ]; then
  echo 'Installing GDAL and geopandas for the tests (some seconds, once) ...' >&2
  rm -rf "$tools/readers"
  "$tools/uv/bin/uv" pip install --quiet --require-hashes --no-deps --python "$tools/python/bin/python" \
    --target "$tools/readers" -r "$lock"
  printf '%s' "$wanted" >"$tools/readers-ready"
fi
echo "$tools/readers"
