#!/bin/sh
# Builds the images by Docker and writes them as archives, which install.sh --images imports; on any machine, and not the server.
set -eu
cd "$(dirname "$0")/../.."

usage() {
  cat <<'TEXT'
usage: images.sh FOLDER

Builds gateway, mlflow, postgres and minio, and writes FOLDER/NAME-VERSION.tar each, with SHA256SUMS. The environment may name
CAIRN_VERSION (the chart's) and CAIRN_BUILD_OPTIONS (of docker build, as --network=host).
TEXT
}
case ${1:-} in '' | -h | --help) usage && exit "$([ -n "${1:-}" ] && echo 0 || echo 2)" ;; esac

mkdir -p "$1"
folder=$(cd "$1" && pwd)
version=${CAIRN_VERSION:-$(sed -n 's/^appVersion: //p' deploy/helm/cairn/Chart.yaml)}
for image in gateway:apps/gateway mlflow:deploy/images/mlflow postgres:deploy/images/postgres minio:deploy/images/minio; do
  name=cairn/${image%%:*}:$version
  echo "Building $name ..."
  # shellcheck disable=SC2086 # some options, or none
  docker build --quiet ${CAIRN_BUILD_OPTIONS:-} --file "${image#*:}/Dockerfile" --tag "$name" . >/dev/null
  docker save --output "$folder/${image%%:*}-$version.tar" "$name"
done
cd "$folder"
sha256sum -- *-"$version".tar >SHA256SUMS
ls -l
