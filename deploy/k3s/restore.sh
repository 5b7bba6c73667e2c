#!/bin/sh
# Brings an installation back from a set that backup.sh took.
set -eu
umask 077
start=$(pwd)
cd "$(dirname "$0")"
. ./place.sh

usage() {
  cat <<'TEXT'
usage: restore.sh [--replace] [--values FILE] SET

Brings Cairn back from SET, a folder that backup.sh made: Secrets, chart, databases, buckets. The cluster has to be there
(install.sh --k3s-only), and the images where the set's values name them.

  --replace      an installation of that name is there: what its databases hold is dropped. Objects stay beside those of the set.
  --values FILE  values on top of the set's, as for another host or registry
  --helm FILE    helm, where it is not on the PATH

It ends with `cairn doctor --deep`, whose exit code is its own. The environment may name CAIRN_NAMESPACE, CAIRN_RELEASE, KUBECONFIG.
TEXT
}

replace='' more='' set=''
while [ $# -gt 0 ]; do
  case $1 in
    --replace) replace=yes ;;
    --values) more=$(whole "${2:?--values needs a file}") && shift ;;
    --helm) CAIRN_HELM=${2:?--helm needs a file} && shift ;;
    --help | -h) usage && exit 0 ;;
    -*) usage >&2 && exit 2 ;;
    *) set=$(whole "$1") ;;
  esac
  shift
done
[ -n "$set" ] || { usage >&2 && exit 2; }

need_root
need_cluster
need_helm
[ -f "$set/SHA256SUMS" ] || problem "$set is no set: it has no SHA256SUMS." 'Name a folder as backup.sh made it.'
(cd "$set" && sha256sum --quiet --check SHA256SUMS) ||
  problem "Files of $set are not what they were when it was taken." 'Take another set.'
while read -r bucket count; do
  found=$(find "$set/objects/$bucket" -type f | wc -l)
  [ "$found" = "$count" ] ||
    problem "$set has $found objects of the bucket $bucket, and had $count." 'Take another set, or a copy of it that is whole.'
done <"$set/counts"
if k get "statefulset/$name-postgres" >/dev/null 2>&1 && [ -z "$replace" ]; then
  problem "There is an installation $release in the namespace $namespace." 'Give --replace to drop what its databases hold.'
fi

install() {
  "$helm" upgrade --install "$release" ../helm/cairn --namespace "$namespace" --values "$set/values.yaml" \
    ${more:+--values "$more"} >/dev/null
}
wait_for() {
  k rollout status "$1" --timeout 15m >/dev/null
}

say 'Secrets ...'
if ! kubectl get namespace "$namespace" >/dev/null 2>&1; then
  # Those of the engines are the chart's.
  kubectl create namespace "$namespace" >/dev/null
  kubectl label namespace "$namespace" pod-security.kubernetes.io/enforce=restricted >/dev/null
fi
secrets_of() { # those of namespaces that are there
  kubectl get namespace -o name | sed 's|^namespace/||' >"$work/namespaces"
  awk 'BEGIN { RS = "---\n" } NR == FNR { split($0, names, "\n"); for (i in names) there[names[i]] = 1; next }
    match($0, /\n  namespace: [^\n]+/) { if (there[substr($0, RSTART + 14, RLENGTH - 14)]) printf "---\n%s", $0 }' \
    "$work/namespaces" "$set/secrets.yaml"
}
work=$(mktemp -d)
trap 'close_store; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
secrets_of | kubectl apply --server-side --force-conflicts --filename - >/dev/null

say 'Chart ...'
install
k scale "statefulset/$name-gateway" "deployment/$name-mlflow" --replicas 0 >/dev/null
k wait --for delete pod --selector "app.kubernetes.io/instance=$release,app.kubernetes.io/component in (gateway, mlflow)" \
  --timeout 5m >/dev/null
# It holds copies alone, and later ones than the set. A volume made by hand would not be given out again.
class=$(k get pvc "$name-gateway" --ignore-not-found --output 'jsonpath={.spec.storageClassName}')
if [ -n "$class" ] && kubectl get storageclass "$class" >/dev/null 2>&1; then k delete pvc "$name-gateway" >/dev/null; fi
wait_for "statefulset/$name-postgres"
wait_for "statefulset/$name-minio"
k wait --for condition=complete "job/$name-buckets-$("$helm" status "$release" --namespace "$namespace" \
  --output json | sed 's/.*"version":\([0-9]*\).*/\1/')" --timeout 10m >/dev/null

say 'Databases ...'
psql() {
  postgres psql --username postgres --host /run/postgresql --dbname postgres --no-psqlrc --quiet --set ON_ERROR_STOP=1 "$@" >/dev/null
}
psql --command 'set client_min_messages to warning' --command 'drop database if exists cairn with (force)' \
  --command 'drop database if exists mlflow with (force)' </dev/null
# The image made some of these roles, with the passwords of the Secrets.
{
  say 'set client_min_messages to warning;'
  sed 's/^CREATE ROLE \(.*\);$/do $$ begin create role \1; exception when duplicate_object then null; end $$;/' "$set/roles.sql"
} | psql
for database in cairn mlflow; do
  # pgSTAC's functions name those of PostGIS and their own without a schema, and columns are computed by them while the rows come:
  # the empty search path of a dump does not do. Whole or not at all: what is cut off ends in an error, before the commit.
  # shellcheck disable=SC2016 # the pod's shell knows them
  postgres sh -c '{ pg_restore --file - --create && echo "commit;" || echo "select cut_off();"; } |
    sed -e "s/^SELECT pg_catalog.set_config(.search_path., .., false);$/set search_path to pgstac, public;/" \
      -e "s/^\\\\connect .*$/&\nbegin;/" |
    psql --username postgres --host /run/postgresql --dbname postgres --no-psqlrc --quiet --set ON_ERROR_STOP=1 >/dev/null' \
    <"$set/$database.dump"
done
# Where the set was taken with other Secrets than those that PostgreSQL was made by.
# shellcheck disable=SC2016 # the pod's shell knows them
postgres sh -c 'psql --username postgres --host /run/postgresql --quiet --set ON_ERROR_STOP=1' <<'SQL'
\set cairn `printf %s "$CAIRN_DATABASE_PASSWORD"`
\set mlflow `printf %s "$MLFLOW_DATABASE_PASSWORD"`
alter role cairn password :'cairn';
alter role mlflow password :'mlflow';
SQL

say 'Objects ...'
open_store
while read -r bucket count; do
  [ "$count" = 0 ] || store mirror --overwrite "$set/objects/$bucket" "store/$bucket" >/dev/null
done <"$set/counts"
close_store

say 'Gateway and MLflow ...'
# Brings back the claim and the copies of the gateway.
install
secrets_of | kubectl apply --server-side --force-conflicts --filename - >/dev/null
wait_for "deployment/$name-mlflow"
wait_for "statefulset/$name-gateway"
say 'What the restored installation says of itself:'
k exec "$name-gateway-0" -- cairn doctor --deep
