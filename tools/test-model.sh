#!/bin/sh
# The tests of the model package, in an environment made from its own lock.
set -eu
cd "$(dirname "$0")/.."
tools=$(cd "${CAIRN_TOOLS:-.tools}" && pwd)
package=models/building-detector
wanted=$(cat "$package/requirements.lock" "$package/tests/requirements.txt" | sha256sum | cut -c1-64)
if [ ! -f "$tools/model-ready" ] || [ "$(cat "$tools/model-ready")" != "$wanted" ]; then
  echo 'Installing the model environment (PyTorch: some gigabytes, once) ...'
  "$tools/uv/bin/uv" venv --quiet --clear --python "$tools/python/bin/python" "$tools/model"
  VIRTUAL_ENV="$tools/model" "$tools/uv/bin/uv" pip sync --quiet --require-hashes "$package/requirements.lock"
  VIRTUAL_ENV="$tools/model" "$tools/uv/bin/uv" pip install --quiet -r "$package/tests/requirements.txt"
  printf '%s' "$wanted" >"$tools/model-ready"
fi
cd "$package" && "$tools/model/bin/python" -m pytest -q -p no:cacheprovider tests
