#!/bin/sh
# Cairn runs on Node 20.19 or newer; npm comes with it.
if ! command -v node >/dev/null 2>&1 || ! command -v npm >/dev/null 2>&1; then
  echo 'error: tools-missing: Node.js was not found on the PATH.' >&2
  echo '  To do: install Node.js 20.19 or newer, with npm, and run the command again.' >&2
  exit 3
fi
node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' || {
  echo "error: tools-missing: Node.js $(node --version) is too old." >&2
  echo '  To do: install Node.js 20.19 or newer and run the command again.' >&2
  exit 3
}
