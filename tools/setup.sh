#!/bin/sh
# Installs what Cairn runs beside Node into .tools/, once: uv, and a Python environment with MLflow, DVC and pypgstac at
# the versions and digests of tools/python/requirements.lock. Needs no root and changes nothing outside the folder.
set -eu
cd "$(dirname "$0")/.."
tools=${CAIRN_TOOLS:-.tools}
lock=tools/python/requirements.lock
uv_version=0.13.9

# A problem in the words of the error table: code, what was wrong, what to do. 3 is the table's exit code for it.
problem() {
  printf 'error: %s\n  %s\n  To do: %s\n' "$1" "$2" "$3" >&2
  exit 3
}

python=
for candidate in python3.11 python3; do
  if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
    python=$(command -v "$candidate")
    break
  fi
done
[ -n "$python" ] || problem python-missing 'Python 3.11 was not found on the PATH (looked for python3.11 and python3).' \
  'Install it (Debian 12: apt-get install python3 python3-pip python3-venv) and run the command again.'

wanted=$(cat "$lock" tools/setup.sh | sha256sum | cut -c1-64)
if [ -f "$tools/ready" ] && [ "$(cat "$tools/ready")" = "$wanted" ] && "$tools/python/bin/python" -c '' 2>/dev/null; then
  exit 0
fi
mkdir -p "$tools"
rm -f "$tools/ready"

if [ ! -x "$tools/uv/bin/uv" ]; then
  mkdir -p "$tools/uv/bin"
  if command -v uv >/dev/null 2>&1; then
    ln -sf "$(command -v uv)" "$tools/uv/bin/uv"
  else
    echo 'Installing uv into the project ...'
    "$python" -m pip install --quiet --disable-pip-version-check --no-warn-script-location \
      --target "$tools/uv/package" "uv==$uv_version" >"$tools/setup.log" 2>&1 ||
      { "$python" -m venv "$tools/uv/venv" >>"$tools/setup.log" 2>&1 &&
        "$tools/uv/venv/bin/pip" install --quiet --disable-pip-version-check "uv==$uv_version" >>"$tools/setup.log" 2>&1; } ||
      problem uv-missing "uv could not be installed; the log is $tools/setup.log." \
        'Install pip for Python 3.11 (Debian 12: apt-get install python3-pip), or put uv on the PATH, and run the command again.'
    if [ -x "$tools/uv/package/bin/uv" ]; then
      ln -sf ../package/bin/uv "$tools/uv/bin/uv"
    else
      ln -sf ../venv/bin/uv "$tools/uv/bin/uv"
    fi
  fi
fi

echo 'Installing MLflow, DVC and pypgstac into the project (about a minute, once) ...'
uv="$tools/uv/bin/uv"
"$uv" venv --quiet --clear --python "$python" "$tools/python" || problem tools-missing \
  'uv could not make a Python environment.' "Look at the lines above; remove $tools and run the command again."
VIRTUAL_ENV="$tools/python" "$uv" pip sync --quiet --require-hashes "$lock" || problem tools-missing \
  'The Python tools could not be installed.' 'Look at the lines above (network, disk space) and run the command again.'
printf '%s' "$wanted" >"$tools/ready"
