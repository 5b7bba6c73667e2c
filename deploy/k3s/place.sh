#!/bin/sh
# Where Cairn is on a cluster, and how it is spoken to: what the scripts beside this one share. It is read (`.`), not run; whoever
# reads it sets `start` to the folder in which it was called.
# Told by the environment, each with a default: CAIRN_NAMESPACE and CAIRN_RELEASE of the installation (both: cairn), CAIRN_SETTINGS, the
# folder of what was chosen (/etc/cairn), KUBECONFIG (that of k3s).

namespace=${CAIRN_NAMESPACE:-cairn}
release=${CAIRN_RELEASE:-cairn}
# shellcheck disable=SC2034 # for those who read it
settings=${CAIRN_SETTINGS:-/etc/cairn}
KUBECONFIG=${KUBECONFIG:-/etc/rancher/k3s/k3s.yaml}
export KUBECONFIG
# As the chart names its objects.
case $release in *cairn*) name=$release ;; *) name=$release-cairn ;; esac

say() {
  printf '%s\n' "$*"
}

# WHAT TO-DO: what was wrong, and what to do.
problem() {
  printf 'error: %s\n  To do: %s\n' "$1" "$2" >&2
  exit 3
}

# PATH: a path as it was told, from where the script was called (`start`).
whole() {
  case $1 in
    /*) say "$1" ;;
    *) say "${start:-.}/$1" ;;
  esac
}

need_root() {
  [ "$(id -u)" = 0 ] || problem 'This needs root: it reads secrets and writes where only root may.' "Run it by sudo: sudo $0 ..."
}

# k3s brings kubectl, under its own name where another one is there.
if ! command -v kubectl >/dev/null 2>&1 && command -v k3s >/dev/null 2>&1; then
  kubectl() {
    k3s kubectl "$@"
  }
fi

k() {
  kubectl --namespace "$namespace" "$@"
}

# The first pod of a service, which a StatefulSet names.
postgres() {
  k exec --stdin --container postgres "$name-postgres-0" -- "$@"
}

need_cluster() {
  command -v kubectl >/dev/null 2>&1 || problem 'There is no kubectl.' 'Install k3s by install.sh, or put kubectl on the PATH.'
  kubectl get --raw /readyz >/dev/null 2>&1 ||
    problem "The cluster does not answer (kubeconfig: $KUBECONFIG)." 'Look at it: systemctl status k3s, journalctl -u k3s.'
}

need_helm() {
  helm=${CAIRN_HELM:-helm}
  version=$("$helm" version --template '{{.Version}}' 2>/dev/null) || version=
  case $version in
    v3.1[4-9].* | v3.[2-9][0-9].* | v[4-9].*) ;;
    *)
      problem "Helm 3.14 or newer is not there (found: ${version:-none})." \
        'Put helm on the PATH, or name the file: --helm FILE, or CAIRN_HELM in the environment.'
      ;;
  esac
}

# The namespaces in which Secrets of this installation lie: its own, and those of the engines where they are used.
secret_namespaces() {
  say "$namespace"
  k get "statefulset/$name-gateway" --output 'jsonpath={range .spec.template.spec.containers[0].env[*]}{.name}={.value}{"\n"}{end}' |
    sed -n -e 's/^CAIRN_ARGO_NAMESPACE=//p' -e 's/^CAIRN_SELDON_NAMESPACE=//p'
}

# Opens a way to MinIO for `store COMMAND ...`, by its own client out of its image, with the Secret's keys in the environment alone. It
# goes through the API server, so it needs no port that others reach, and holds wherever kubectl does.
open_store() {
  store_work=$(mktemp -d)
  k exec --container minio "$name-minio-0" -- cat /usr/local/bin/mc >"$store_work/mc"
  chmod 0700 "$store_work/mc"
  : >"$store_work/forward"
  kubectl --namespace "$namespace" port-forward "service/$name-minio" --address 127.0.0.1 :9000 >"$store_work/forward" 2>&1 &
  store_forward=$!
  tries=0
  until port=$(sed -n 's/^Forwarding from 127.0.0.1:\([0-9]*\) .*/\1/p' "$store_work/forward") && [ -n "$port" ]; do
    tries=$((tries + 1))
    if [ "$tries" -gt 30 ] || ! kill -0 "$store_forward" 2>/dev/null; then
      problem "MinIO is not reached: $(cat "$store_work/forward")" "Look at it: kubectl -n $namespace get pods"
    fi
    sleep 1
  done
  user=$(k get secret "$name-minio" -o 'go-template={{.data.MINIO_ROOT_USER | base64decode}}')
  password=$(k get secret "$name-minio" -o 'go-template={{.data.MINIO_ROOT_PASSWORD | base64decode}}')
  MC_HOST_store=http://$user:$password@127.0.0.1:$port
  MC_CONFIG_DIR=$store_work/config
  export MC_HOST_store MC_CONFIG_DIR
}

store() {
  NO_PROXY=127.0.0.1 no_proxy=127.0.0.1 "$store_work/mc" --quiet "$@"
}

close_store() {
  [ -z "${store_forward:-}" ] || kill "$store_forward" 2>/dev/null || true
  [ -z "${store_work:-}" ] || rm -rf "$store_work"
  unset MC_HOST_store
}
