#!/bin/sh
# Takes Cairn off a server. What it keeps stays, unless that is asked for by name.
set -eu
cd "$(dirname "$0")"
. ./place.sh

usage() {
  cat <<'TEXT'
usage: uninstall.sh [--delete-data] [--with-k3s]

Stops Cairn and removes its objects, and the timer of its backups. Secrets and volumes stay: install.sh takes them up again.

  --delete-data  Secrets and volumes too. Without a backup nothing brings them back; the backups stay
  --with-k3s     k3s and everything on it, by its own uninstaller; only together with --delete-data
  --helm FILE    helm, where it is not on the PATH
TEXT
}

delete='' with_k3s=''
while [ $# -gt 0 ]; do
  case $1 in
    --delete-data) delete=yes ;;
    --with-k3s) with_k3s=yes ;;
    --helm) CAIRN_HELM=${2:?--helm needs a file} && shift ;;
    --help | -h) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
  esac
  shift
done
[ -z "$with_k3s" ] || [ -n "$delete" ] || problem '--with-k3s takes the volumes with it.' 'Say so: --delete-data --with-k3s'

need_root
if command -v systemctl >/dev/null 2>&1 && [ -f /etc/systemd/system/cairn-backup.timer ]; then
  systemctl disable --quiet --now cairn-backup.timer || true
  rm -f /etc/systemd/system/cairn-backup.timer /etc/systemd/system/cairn-backup.service
  systemctl daemon-reload
fi
need_cluster
need_helm
if "$helm" status "$release" --namespace "$namespace" >/dev/null 2>&1; then
  "$helm" uninstall "$release" --namespace "$namespace" --wait --timeout 10m
fi
if [ -n "$delete" ]; then
  k delete secret,pvc --selector "app.kubernetes.io/instance=$release" --ignore-not-found
  k delete secret cairn-tls cairn-pull --ignore-not-found
  rm -rf "$settings"
else
  say 'Secrets and volumes are still there:'
  k get secret,pvc --selector "app.kubernetes.io/instance=$release" --output name
fi
[ -z "$with_k3s" ] || k3s-uninstall.sh
