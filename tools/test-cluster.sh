#!/bin/sh
# The suites that run on a cluster: any Kubernetes with Argo Workflows 3.5 or newer and Seldon Core 1, an S3 store that this
# machine and the pods reach by one address, and a registry that docker pushes to and the cluster pulls from. It uses the
# namespaces cairn and cairn-graphs, with the rights of deploy/argo and deploy/seldon and no others. Arguments go to vitest: a
# file's name runs it alone. Told by the environment:
#   KUBECONFIG                     of somebody who may make a namespace and roles
#   CAIRN_TEST_HOST                this machine's address, as pods reach it
#   CAIRN_TEST_REGISTRY            as localhost:5000
#   CAIRN_TEST_S3_ENDPOINT, CAIRN_TEST_S3_BUCKET, CAIRN_TEST_S3_ACCESS_KEY, CAIRN_TEST_S3_SECRET_KEY
#   CAIRN_TEST_BASE                image with Python 3.11 that the test's own is made from; left out: python:3.11-slim
#   CAIRN_TEST_BUILD_OPTIONS       of docker build, as --network=host; left out: none
#   CAIRN_TEST_BUILDKIT_ADDRESS    of the chart's builder, as tcp://localhost:1234 of kubectl port-forward; left out: not tested. It
#                                  pushes to CAIRN_TEST_REGISTRY, and buildctl is on the PATH
#   CAIRN_TEST_BUILDKIT_CERTIFICATES  folder with what its Secret of the release's namespace holds: ca.pem, cert.pem, key.pem
#   CAIRN_TEST_SELDON_EXECUTOR     true where Seldon Core has its executor; left out: graphs run in one container each
#   CAIRN_TEST_PART                engines: these suites alone; whole: tools/test-workflows.sh alone, which needs but the first and
#                                  third of these and says what it asks for beside them; left out: both
set -eu
cd "$(dirname "$0")/.."
[ "${CAIRN_TEST_PART:-}" != whole ] || exec tools/test-workflows.sh "$@"

for name in KUBECONFIG CAIRN_TEST_HOST CAIRN_TEST_REGISTRY CAIRN_TEST_S3_ENDPOINT CAIRN_TEST_S3_BUCKET \
  CAIRN_TEST_S3_ACCESS_KEY CAIRN_TEST_S3_SECRET_KEY; do
  eval "value=\${$name:-}"
  [ -n "$value" ] || { echo "$name is not set; the head of tools/test-cluster.sh says what it is." >&2; exit 3; }
done
for program in kubectl docker curl; do
  command -v "$program" >/dev/null 2>&1 || { echo "The tests need $program." >&2; exit 3; }
done
# A workflow tries a store that refuses it again and again: without this, a bucket that is not there takes half an hour.
bucket=$(printf 'user = "%s:%s"\n' "$CAIRN_TEST_S3_ACCESS_KEY" "$CAIRN_TEST_S3_SECRET_KEY" |
  curl --config - --silent --head --output /dev/null --write-out '%{http_code}' --aws-sigv4 aws:amz:us-east-1:s3 \
    "$CAIRN_TEST_S3_ENDPOINT/$CAIRN_TEST_S3_BUCKET") || true
[ "$bucket" = 200 ] || {
  echo "CAIRN_TEST_S3_ENDPOINT answered $bucket for the bucket CAIRN_TEST_S3_BUCKET: make it, or look at the key." >&2
  exit 3
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo '== rights and secrets'
kubectl apply -f deploy/argo/namespace.yaml -f deploy/seldon/namespace.yaml -f deploy/seldon/outside.yaml
kubectl -n cairn-graphs create secret generic cairn-registry --dry-run=client -o yaml --from-literal=token=of-a-test |
  kubectl apply -f - >/dev/null
kubectl -n cairn create secret generic artifact-store --dry-run=client -o yaml \
  --from-literal=accesskey="$CAIRN_TEST_S3_ACCESS_KEY" --from-literal=secretkey="$CAIRN_TEST_S3_SECRET_KEY" |
  kubectl apply -f - >/dev/null

# Builds an image, pushes it, and says its name by digest: NAME DOCKERFILE FOLDER [OPTION...].
image() {
  tag=$CAIRN_TEST_REGISTRY/$1:latest dockerfile=$2 folder=$3
  shift 3
  # shellcheck disable=SC2086 # some options, or none
  docker build --quiet ${CAIRN_TEST_BUILD_OPTIONS:-} --tag "$tag" "$@" --file "$dockerfile" "$folder" >/dev/null
  docker push --quiet "$tag" >/dev/null
  docker image inspect --format '{{index .RepoDigests 0}}' "$tag"
}

echo '== images of the package and of the model server'
CAIRN_TEST_IMAGE=$(image cairn-test-steps apps/gateway/test/jobs/runner/argo/image/Dockerfile apps/gateway/test/jobs/runner \
  --build-arg "BASE=${CAIRN_TEST_BASE:-python:3.11-slim}")
CAIRN_TEST_SERVING_IMAGE=$(image cairn-test-serving apps/serving/Dockerfile .)

# The tests speak as the gateway does.
CAIRN_TEST_KUBECONFIG=$work/kubeconfig
kubectl config view --raw --minify --flatten >"$CAIRN_TEST_KUBECONFIG"
token=$(kubectl -n cairn create token cairn-gateway --duration=2h)
kubectl --kubeconfig "$CAIRN_TEST_KUBECONFIG" config unset users >/dev/null
kubectl --kubeconfig "$CAIRN_TEST_KUBECONFIG" config set-credentials cairn-gateway --token="$token" >/dev/null
kubectl --kubeconfig "$CAIRN_TEST_KUBECONFIG" config set-context --current --user=cairn-gateway >/dev/null
export CAIRN_TEST_IMAGE CAIRN_TEST_SERVING_IMAGE CAIRN_TEST_KUBECONFIG

echo '== tests'
npx vitest run --config vitest.cluster.config.ts --exclude 'e2e/**' "$@"
[ "${CAIRN_TEST_PART:-}" = engines ] || tools/test-workflows.sh
