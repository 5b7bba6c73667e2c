#!/bin/sh
# `docker compose` on deploy/compose, with its secrets made where they are missing. Arguments go to docker compose.
set -eu
cd "$(dirname "$0")/.."

docker compose version >/dev/null 2>&1 || {
  echo 'error: docker-missing: "docker compose" (version 2) does not answer. To do: install Docker Engine with its Compose plugin, and start it.' >&2
  exit 3
}
deploy/compose/secrets.sh >/dev/null
exec docker compose --file deploy/compose/compose.yaml "$@"
