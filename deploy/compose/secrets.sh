#!/bin/sh
# Makes the secrets of a Compose installation, once: random, one file a service with what that service needs and nothing else,
# readable by their owner alone. They are there whole or not at all, and never made a second time: the database and the object
# store know the first ones.
# Argument: the folder, `secrets` beside this file where it is left out.
set -eu
umask 077
folder=${1:-$(dirname "$0")/secrets}

# 40 letters and digits: they stand in addresses too.
secret() {
  LC_ALL=C tr -dc 'A-Za-z0-9' </dev/urandom | head -c 40
}

if [ -d "$folder" ]; then
  # A set from before there was a serving host lacks what it knows the gateway by. The file that is looked for comes last.
  if [ ! -f "$folder/serving.env" ]; then
    grep -q '^CAIRN_SERVING_TOKEN=' "$folder/gateway.env" || echo "CAIRN_SERVING_TOKEN=$(secret)" >>"$folder/gateway.env"
    grep '^CAIRN_SERVING_TOKEN=' "$folder/gateway.env" >"$folder/serving.env.new"
    mv "$folder/serving.env.new" "$folder/serving.env"
  fi
  echo "The secrets are there: $folder"
  exit 0
fi

cairn_database=$(secret)
mlflow_database=$(secret)
cairn_store=$(secret)
mlflow_store=$(secret)
serving=$(secret)

new=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$new"' EXIT

cat >"$new/postgres.env" <<ENV
CAIRN_DATABASE_PASSWORD=$cairn_database
MLFLOW_DATABASE_PASSWORD=$mlflow_database
ENV
cat >"$new/minio.env" <<ENV
MINIO_ROOT_USER=root-$(secret | head -c 8)
MINIO_ROOT_PASSWORD=$(secret)
ENV
cat >"$new/buckets.env" <<ENV
CAIRN_S3_ACCESS_KEY=cairn
CAIRN_S3_SECRET_KEY=$cairn_store
MLFLOW_S3_ACCESS_KEY=mlflow
MLFLOW_S3_SECRET_KEY=$mlflow_store
ENV
cat >"$new/mlflow.env" <<ENV
MLFLOW_BACKEND_STORE_URI=postgresql+psycopg2://mlflow:$mlflow_database@postgres/mlflow
AWS_ACCESS_KEY_ID=mlflow
AWS_SECRET_ACCESS_KEY=$mlflow_store
ENV
cat >"$new/gateway.env" <<ENV
CAIRN_DATABASE_URL=postgres://cairn:$cairn_database@postgres/cairn
CAIRN_S3_ACCESS_KEY=cairn
CAIRN_S3_SECRET_KEY=$cairn_store
CAIRN_OWNER_PASSWORD=$(secret)
CAIRN_SERVING_TOKEN=$serving
ENV
cat >"$new/serving.env" <<ENV
CAIRN_SERVING_TOKEN=$serving
ENV

mv "$new" "$folder"
trap - EXIT
echo "Made the secrets: $folder (the owner's password is in gateway.env)"
