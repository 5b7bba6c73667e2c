#!/bin/sh
# What needs Docker: builds the images, starts deploy/compose under a name of its own with secrets and volumes of its own, runs
# the contract suites of the database and the object store on its PostgreSQL and MinIO, and the end-to-end suites of the laptop on its
# gateway; then takes it all away again. 16 minutes on two busy cores where the images are built, an hour where not. Told by
# the environment:
#   CAIRN_TEST_BUILD     no: the images are there (as CAIRN_IMAGES and CAIRN_VERSION name them); left out: they are built
#   CAIRN_BUILD_NETWORK  of the builds, as host; left out: Docker's own
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
export CAIRN_SECRETS="$work/secrets" CAIRN_PORT="${CAIRN_TEST_PORT:-58080}"
export CAIRN_TEST_POSTGRES_PORT="${CAIRN_TEST_POSTGRES_PORT:-55432}" CAIRN_TEST_S3_PORT="${CAIRN_TEST_S3_PORT:-59000}"
deploy/compose/secrets.sh "$CAIRN_SECRETS"

compose() {
  docker compose --project-name cairn-test --file deploy/compose/compose.yaml --file deploy/compose/test.yaml "$@"
}
end() {
  compose logs --no-color >"${CAIRN_TEST_LOG:-$work/compose.log}" 2>&1 || true
  compose down --volumes --timeout 60 >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap end EXIT

echo '== images'
[ "${CAIRN_TEST_BUILD:-yes}" = no ] || compose build --quiet
echo '== services'
compose up --detach --no-build --wait --wait-timeout 900

of() {
  sed -n "s/^$2=//p" "$CAIRN_SECRETS/$1.env"
}
# The suite of the database makes databases, which the gateway's user may not.
compose exec -T postgres psql --quiet --username postgres --host /run/postgresql --command 'alter role cairn createdb'
CAIRN_TEST_POSTGRES="postgres://cairn:$(of postgres CAIRN_DATABASE_PASSWORD)@127.0.0.1:$CAIRN_TEST_POSTGRES_PORT/cairn"
CAIRN_TEST_S3_ENDPOINT="http://127.0.0.1:$CAIRN_TEST_S3_PORT" CAIRN_TEST_S3_BUCKET=cairn-objects
CAIRN_TEST_S3_ACCESS_KEY=$(of buckets CAIRN_S3_ACCESS_KEY) CAIRN_TEST_S3_SECRET_KEY=$(of buckets CAIRN_S3_SECRET_KEY)
CAIRN_TEST_MLFLOW_KEY=$(of buckets MLFLOW_S3_SECRET_KEY)
CAIRN_ADDRESS="http://127.0.0.1:$CAIRN_PORT" CAIRN_TOKEN=$(compose exec -T gateway cat /var/lib/cairn/token)
CAIRN_TEST_COMPOSE='docker compose --project-name cairn-test --file deploy/compose/compose.yaml --file deploy/compose/test.yaml'
CAIRN_TEST_PASSWORD=$(of gateway CAIRN_OWNER_PASSWORD)
export CAIRN_TEST_POSTGRES CAIRN_TEST_S3_ENDPOINT CAIRN_TEST_S3_BUCKET CAIRN_TEST_S3_ACCESS_KEY CAIRN_TEST_S3_SECRET_KEY \
  CAIRN_TEST_MLFLOW_KEY CAIRN_ADDRESS CAIRN_TOKEN CAIRN_TEST_COMPOSE CAIRN_TEST_PASSWORD

echo '== tests'
npx vitest run --config vitest.compose.config.ts "$@"
