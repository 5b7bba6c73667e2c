#!/bin/sh
# What the tests of the Helm chart need, in .tools/chart: helm, as it is on the PATH or built from its Go module, and the JSON
# schemas of Kubernetes' objects, which a Python package holds. Prints the folder; nothing where there is no helm, with the
# reason on the standard error. Installs once; two tests may ask at the same time.
set -eu
cd "$(dirname "$0")/.."
tools=$(cd "${CAIRN_TOOLS:-.tools}" && pwd)
folder=$tools/chart
lock=tools/python/kubernetes.lock
version=v3.22.0
wanted=$(cat "$lock" tools/test-chart.sh | sha256sum | cut -c1-64)
exec 9>"$tools/chart.lock"
flock 9
if [ ! -f "$tools/chart-ready" ] || [ "$(cat "$tools/chart-ready")" != "$wanted" ] || [ ! -x "$folder/helm" ]; then
  rm -rf "$folder"
  mkdir -p "$folder"
  if command -v helm >/dev/null 2>&1; then
    ln -s "$(command -v helm)" "$folder/helm"
  elif command -v go >/dev/null 2>&1; then
    echo "Building helm $version from its Go module for the tests (two to seven minutes, once) ..." >&2
    # Without a newer Go than the one that is there: one that is too old says so.
    GOBIN=$folder GOFLAGS=-trimpath CGO_ENABLED=0 GOTOOLCHAIN=local go install -ldflags '-s -w' \
      "helm.sh/helm/v3/cmd/helm@$version" >"$folder/build.log" 2>&1 ||
      { echo "The chart is not tested: helm $version could not be built ($folder/build.log)." >&2; exit 0; }
  else
    echo 'The chart is not tested: there is neither helm (3 or newer) nor go (1.26 or newer) on the PATH.' >&2
    exit 0
  fi
  echo "Installing the schemas of Kubernetes for the tests ($lock; some seconds, once) ..." >&2
  "$tools/uv/bin/uv" pip install --quiet --require-hashes --no-deps --python "$tools/python/bin/python" \
    --target "$folder/schemas" -r "$lock"
  printf '%s' "$wanted" >"$tools/chart-ready"
fi
echo "$folder"
