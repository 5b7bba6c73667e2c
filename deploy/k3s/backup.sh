#!/bin/sh
# Takes a set of everything that an installation keeps, and removes the oldest sets. Cairn goes on meanwhile.
set -eu
umask 077
start=$(pwd)
cd "$(dirname "$0")"
. ./place.sh

folder=${CAIRN_BACKUPS:-/var/backups/cairn}
keep=14

usage() {
  cat <<'TEXT'
usage: backup.sh [--folder FOLDER] [--keep N]

Takes a set of what Cairn on this cluster keeps: FOLDER/YYYYMMDDTHHMMSSZ with
  cairn.dump, mlflow.dump   the databases, as pg_dump writes them
  roles.sql                 their roles, without passwords
  objects/BUCKET/...        the buckets; what a set has in common with the one before takes no room again
  secrets.yaml              the Secrets, with the key that signs receipts and the owner's token: keep it as you keep keys
  values.yaml               what the chart was told
  SHA256SUMS, counts        by which restore.sh sees whether a set is whole

  --folder FOLDER  where the sets lie (/var/backups/cairn); only root reads it
  --keep N         how many sets stay (14)

A set on the disk of the server is lost with it: copy FOLDER elsewhere, encrypted. The environment may name CAIRN_NAMESPACE,
CAIRN_RELEASE and KUBECONFIG. Exit code: 0 the set is whole, 3 something is missing, other: it failed, and no set was made.
TEXT
}

while [ $# -gt 0 ]; do
  case $1 in
    --folder) folder=$(whole "${2:?--folder needs a folder}") && shift ;;
    --keep) keep=${2:?--keep needs a number} && shift ;;
    --help | -h) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
  esac
  shift
done
case $keep in '' | *[!0-9]* | 0) problem "--keep $keep is no number of sets." 'Name one from 1 on.' ;; esac

need_root
need_cluster
need_helm
k get "statefulset/$name-postgres" "statefulset/$name-minio" >/dev/null ||
  problem "There is no installation $release with PostgreSQL and MinIO of the chart in the namespace $namespace." \
    'Servers of your own are backed up as they are elsewhere; else name CAIRN_NAMESPACE and CAIRN_RELEASE.'

mkdir -p "$folder"
chmod 0700 "$folder"
exec 9>"$folder/.lock"
flock -n 9 || problem 'Another backup is being taken.' 'Wait for it to end.'

set_name=$(date -u +%Y%m%dT%H%M%SZ)
new=$folder/.partial
trap 'close_store; rm -rf "$new"' EXIT
trap 'exit 1' INT TERM
rm -rf "$new"
mkdir "$new"

# Objects get their names from what is in them and are written before the database tells of them, so the order makes the set fit: first
# Cairn's database, then MLflow's, which knows of a run before Cairn does, then the buckets.
say 'Databases ...'
postgres pg_dumpall --username postgres --host /run/postgresql --globals-only --no-role-passwords </dev/null >"$new/roles.sql"
for database in cairn mlflow; do
  postgres pg_dump --username postgres --host /run/postgresql --format custom "$database" </dev/null >"$new/$database.dump"
  # Read to its end: one that was cut off shows here and not when it is needed.
  postgres pg_restore --file /dev/null <"$new/$database.dump"
done

say 'Secrets and values ...'
# Secrets of Helm and of accounts are made by the cluster anew; what is of this cluster alone is left out.
for place in $(secret_namespaces); do
  # shellcheck disable=SC2016 # they are names of the template
  kubectl --namespace "$place" get secret --field-selector type!=helm.sh/release.v1,type!=kubernetes.io/service-account-token \
    -o 'go-template={{range .items}}---
apiVersion: v1
kind: Secret
metadata:
  name: {{.metadata.name}}
  namespace: {{.metadata.namespace}}
  labels: { {{range $key, $value := .metadata.labels}}{{$key}}: "{{$value}}", {{end}} }
  annotations: { {{range $key, $value := .metadata.annotations}}{{if ne $key "kubectl.kubernetes.io/last-applied-configuration"}}{{$key}}: "{{$value}}", {{end}}{{end}} }
type: {{.type}}
data:
{{range $key, $value := .data}}  {{$key}}: {{$value}}
{{end}}{{end}}'
done >"$new/secrets.yaml"
grep -q 'CAIRN_SIGNING_KEY: .' "$new/secrets.yaml" || say \
  'Note: no signing key is in the Secrets; this installation keeps it in its state folder (docs/operate/kubernetes.md, "Secrets").'
"$helm" get values "$release" --namespace "$namespace" --output yaml >"$new/values.yaml"

say 'Objects ...'
open_store
last=$(find "$folder" -maxdepth 1 -name '[0-9]*Z' -type d | sort | tail -n 1)
for bucket in cairn-objects dvc-data mlflow-artifacts; do
  mkdir -p "$new/objects/$bucket"
  # What is named by its content is the same file in every set. MLflow's artifacts are named otherwise, and are copied each time.
  if [ "$bucket" != mlflow-artifacts ] && [ -n "$last" ] && [ -d "$last/objects/$bucket" ]; then
    cp -al "$last/objects/$bucket/." "$new/objects/$bucket/"
  fi
  tries=1
  until store mirror --overwrite "store/$bucket" "$new/objects/$bucket" >/dev/null; do
    [ "$tries" -lt 5 ] || problem "The bucket $bucket could not be copied." 'Look at the lines above, and at the room on the disk.'
    tries=$((tries + 1))
    close_store
    open_store
  done
  # Objects that the database told of before are there; more may have come since.
  say "$bucket $(find "$new/objects/$bucket" -type f | wc -l)" >>"$new/counts"
done
close_store

(cd "$new" && sha256sum cairn.dump mlflow.dump roles.sql secrets.yaml values.yaml counts >SHA256SUMS)
sync
mv "$new" "$folder/$set_name"

find "$folder" -maxdepth 1 -name '[0-9]*Z' -type d | sort -r | tail -n "+$((keep + 1))" | while read -r old; do
  rm -rf "$old"
done
say "The set is whole: $folder/$set_name ($(du -sh "$folder/$set_name" | cut -f1), of $(find "$folder" -maxdepth 1 -name '[0-9]*Z' -type d | wc -l))"
