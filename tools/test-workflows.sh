#!/bin/sh
# The whole program on a cluster: installs the chart on any Kubernetes with Argo Workflows and Seldon Core 1, or together with both on
# one without, registers, trains and predicts by it, runs the laptop's suites on it, disturbs it, and takes it all away again. Part of
# tools/test-cluster.sh; arguments go to vitest. Told by the environment, beside KUBECONFIG, CAIRN_TEST_REGISTRY,
# CAIRN_TEST_BUILD_OPTIONS and CAIRN_TEST_SELDON_EXECUTOR of that script:
#   CAIRN_TEST_VERSION       tag of the images REGISTRY/cairn/{gateway,mlflow,postgres,minio,serving}; left out: e2e. One that is not
#                            there is built and pushed
#   CAIRN_TEST_CHARTS        folder with the packed charts of the engines, which then come with the chart cairn-with-engines; left out:
#                            they are there
#   CAIRN_TEST_VALUES        file with further values of the chart that is installed, for what this cluster needs; left out: none
#   CAIRN_TEST_HELM_OPTIONS  of helm upgrade; left out: none
#   CAIRN_TEST_STORAGE       class of volumes; left out: the cluster's default one, or folders of a node where it has none
#   CAIRN_TEST_PACKAGE_BASE  image of Debian 12 as builds of packages name it; left out: debian:bookworm-slim
#   CAIRN_TEST_STEPS_BASE    image with Python and MLflow for builds of the small package; left out: REGISTRY/cairn/mlflow
#   CAIRN_TEST_KEEP          yes: the installation stays
set -eu
cd "$(dirname "$0")/.."

release=cairn-e2e
images=$CAIRN_TEST_REGISTRY/cairn
version=${CAIRN_TEST_VERSION:-e2e}
work=$(mktemp -d)
for program in kubectl docker helm curl; do
  command -v "$program" >/dev/null 2>&1 || { echo "The tests need $program." >&2; exit 3; }
done

# A pod that works on a folder of a node as root: NAME COMMAND.
on_node() {
  kubectl -n kube-system run "$release-$1" --image "$images/postgres:$version" --restart=Never --rm --attach --quiet --overrides "
    {\"spec\": {\"containers\": [{\"name\": \"$release-$1\", \"image\": \"$images/postgres:$version\",
      \"command\": [\"sh\", \"-c\", \"$2\"], \"securityContext\": {\"runAsUser\": 0},
      \"volumeMounts\": [{\"name\": \"node\", \"mountPath\": \"/node\"}]}],
      \"volumes\": [{\"name\": \"node\", \"hostPath\": {\"path\": \"/var/lib/$release\", \"type\": \"DirectoryOrCreate\"}}]}}"
}

# Takes away the volumes that are folders of a node, and what is in them.
clear_volumes() {
  kubectl delete pv "$release-postgres" "$release-minio" --ignore-not-found >/dev/null
  on_node clear 'rm -rf /node/postgres /node/minio'
}

end() {
  for one in ${forwards:-}; do kill "$one" 2>/dev/null || true; done
  rm -rf "$work"
  [ "${CAIRN_TEST_KEEP:-no}" = no ] || return 0
  helm uninstall "$release" --namespace "$release" --wait --timeout 5m >/dev/null 2>&1 || true
  kubectl delete namespace "$release" "$release-steps" "$release-graphs" "$release-builds" --ignore-not-found >/dev/null 2>&1 || true
  [ -n "${class:-}" ] || clear_volumes >/dev/null 2>&1 || true
}
trap end EXIT
trap 'exit 130' INT TERM

echo '== images of the program'
digests=
of_cairn=${CAIRN_TEST_CHARTS:+cairn.}
for image in gateway:apps/gateway mlflow:deploy/images/mlflow postgres:deploy/images/postgres minio:deploy/images/minio \
  serving:apps/serving; do
  name=$images/${image%%:*}:$version
  docker image inspect "$name" >/dev/null 2>&1 || docker pull --quiet "$name" >/dev/null 2>&1 ||
    # shellcheck disable=SC2086 # some options, or none
    docker build --quiet ${CAIRN_TEST_BUILD_OPTIONS:-} --file "${image#*:}/Dockerfile" --tag "$name" . >/dev/null
  docker push --quiet "$name" >/dev/null
  docker image inspect --format "{{.Size}} $name" "$name"
  # A node that has an image of this tag would not pull another.
  digest=$(docker image inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' "$name" | sed -n "s|^${name%:*}@||p" | head -n 1)
  digests="$digests --set ${of_cairn}images.${image%%:*}.digest=$digest"
done

echo '== volumes'
kubectl create namespace "$release" --dry-run=client -o yaml | kubectl apply -f - >/dev/null
kubectl label namespace "$release" --overwrite pod-security.kubernetes.io/enforce=restricted >/dev/null
default='{range .items[?(@.metadata.annotations.storageclass\.kubernetes\.io/is-default-class=="true")]}{.metadata.name}{"\n"}{end}'
class=${CAIRN_TEST_STORAGE:-$(kubectl get storageclass -o jsonpath="$default" | head -n 1)}
if [ -n "$class" ]; then
  printf 'postgres: { storage: { storageClass: %s, size: 5Gi } }\nminio: { storage: { storageClass: %s, size: 20Gi } }\n' "$class" "$class" >"$work/storage.yaml"
else
  # What a run that was cut off left behind belongs to claims that are gone.
  phases=$(kubectl get pv "$release-postgres" "$release-minio" --ignore-not-found -o jsonpath='{.items[*].status.phase}')
  [ "$phases" = 'Bound Bound' ] || clear_volumes
  on_node prepare 'mkdir -p /node/postgres /node/minio && chown 10001:10001 /node/* && chmod 700 /node/*'
  for service in postgres minio; do
    kubectl apply -f - <<YAML >/dev/null
apiVersion: v1
kind: PersistentVolume
metadata: { name: $release-$service }
spec:
  capacity: { storage: 20Gi }
  accessModes: [ReadWriteOnce]
  persistentVolumeReclaimPolicy: Retain
  storageClassName: $release
  hostPath: { path: /var/lib/$release/$service }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: $release-$service-data, namespace: $release }
spec:
  storageClassName: $release
  volumeName: $release-$service
  accessModes: [ReadWriteOnce]
  resources: { requests: { storage: 20Gi } }
YAML
    printf '%s: { storage: { existingClaim: %s } }\n' "$service" "$release-$service-data" >>"$work/storage.yaml"
  done
fi

echo '== the chart'
chart=deploy/helm/cairn
cp e2e/src/cluster/values.yaml "$work/values.yaml"
if [ -n "$of_cairn" ]; then
  chart=$work/cairn-with-engines
  cp -R deploy/helm/cairn-with-engines "$work"
  helm package deploy/helm/cairn --destination "$chart/charts" >/dev/null
  cp "$CAIRN_TEST_CHARTS"/*.tgz "$chart/charts"
  sed -i -e 's/^/  /' -e '1i cairn:' "$work/values.yaml" "$work/storage.yaml"
  cat e2e/src/cluster/engines.yaml >>"$work/values.yaml"
fi
upgrade="helm upgrade $release $chart --namespace $release ${CAIRN_TEST_HELM_OPTIONS:-}"
# shellcheck disable=SC2086 # some options, or none
$upgrade --install --values "$work/values.yaml" --values "$work/storage.yaml" \
  ${CAIRN_TEST_VALUES:+--values "$CAIRN_TEST_VALUES"} $digests \
  --set "${of_cairn}images.registry=$images,${of_cairn}builder.registry=$CAIRN_TEST_REGISTRY/$release" \
  --set "${of_cairn}seldon.executor=${CAIRN_TEST_SELDON_EXECUTOR:-false}" >/dev/null
kubectl -n "$release" rollout status "statefulset/$release-gateway" --timeout=15m

# A way to a service: SERVICE PORT REMOTE. It ends with each pod at its other end, and is made again.
forward() {
  (
    trap 'kill "$child" 2>/dev/null; exit' TERM
    while :; do
      kubectl -n "$release" port-forward "service/$release-$1" "$2:$3" >/dev/null 2>&1 &
      child=$!
      wait "$child" || true
      sleep 0.3
    done
  ) &
  forwards="${forwards:-} $!"
}
port=${CAIRN_TEST_PORT:-58081}
forward gateway "$port" 8080
forward minio "$((port + 1))" 9000

of() {
  kubectl -n "$release" get secret "$release-$1" -o "jsonpath={.data.$2}" | base64 -d
}
CAIRN_ADDRESS=http://127.0.0.1:$port CAIRN_TOKEN=$(of gateway CAIRN_OWNER_TOKEN) CAIRN_TEST_PASSWORD=$(of gateway CAIRN_OWNER_PASSWORD)
CAIRN_TEST_S3_ENDPOINT=http://127.0.0.1:$((port + 1)) CAIRN_TEST_S3_SECRET_KEY=$(of buckets CAIRN_S3_SECRET_KEY)
CAIRN_TEST_MLFLOW_KEY=$(of buckets MLFLOW_S3_SECRET_KEY)
CAIRN_TEST_PACKAGE_BASE=${CAIRN_TEST_PACKAGE_BASE:-debian:bookworm-slim}
CAIRN_TEST_STEPS_BASE=${CAIRN_TEST_STEPS_BASE:-$images/mlflow:$version}
CAIRN_TEST_RELEASE=$release CAIRN_TEST_UPGRADE="$upgrade --reuse-values" CAIRN_TEST_OF_CAIRN=$of_cairn
export CAIRN_ADDRESS CAIRN_TOKEN CAIRN_TEST_PASSWORD CAIRN_TEST_S3_ENDPOINT CAIRN_TEST_S3_SECRET_KEY CAIRN_TEST_MLFLOW_KEY \
  CAIRN_TEST_PACKAGE_BASE CAIRN_TEST_STEPS_BASE CAIRN_TEST_RELEASE CAIRN_TEST_UPGRADE CAIRN_TEST_OF_CAIRN

echo '== the token of the graphs'
until curl --silent --fail --output /dev/null "$CAIRN_ADDRESS/healthz"; do sleep 1; done
CAIRN_HOME=$work bin/cairn token add graphs --role scientist --json | sed -n 's/^ *"token": "\(.*\)",\{0,1\}$/\1/p' >"$work/token"
kubectl -n "$release-graphs" create secret generic cairn-registry --dry-run=client -o yaml --from-file=token="$work/token" |
  kubectl apply -f - >/dev/null

echo '== tests'
npx vitest run --config vitest.cluster.config.ts e2e/ "$@"
