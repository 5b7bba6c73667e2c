#!/bin/sh
# Python programs that only tests need, beside the Python tools, whose packages they use: `readers` (the default) reads
# exports back with GDAL and geopandas, `polygonize` is GDAL's. Prints the folder for PYTHONPATH. Installs once; two tests may
# ask at the same time.
set -eu
cd "$(dirname "$0")/.."
tools=$(cd "${CAIRN_TOOLS:-.tools}" && pwd)
name=${1:-readers}
lock=tools/python/$name.lock
wanted=$(sha256sum <"$lock" | cut -c1-64)
exec 9>"$tools/$name.lock"
flock 9
if [ ! -f "$tools/$name-ready" ] || [ "$(cat "$tools/$name-ready")" != "$wanted" ]; then
  echo "Installing GDAL for the tests (tools/python/$name.lock; some seconds, once) ..." >&2
  rm -rf "$tools/$name"
  "$tools/uv/bin/uv" pip install --quiet --require-hashes --no-deps --python "$tools/python/bin/python" \
    --target "$tools/$name" -r "$lock"
  printf '%s' "$wanted" >"$tools/$name-ready"
fi
echo "$tools/$name"
