#!/bin/sh
# Installs Cairn on one Debian or Ubuntu server with k3s, or on a cluster that is there; run again, it upgrades.
set -eu
umask 077
start=$(pwd)
cd "$(dirname "$0")"
. ./place.sh

# Held against the list of checksums that comes with it; raise it here, and the server is upgraded by the next run.
k3s_version=v1.34.2+k3s1
k3s_releases=${CAIRN_K3S_RELEASES:-https://github.com/k3s-io/k3s/releases/download}
k3s_source=${CAIRN_K3S_SOURCE:-https://raw.githubusercontent.com/k3s-io/k3s}
argo_chart=argo-workflows argo_version=0.45.21
seldon_chart=seldon-core-operator seldon_version=1.17.1

usage() {
  cat <<TEXT
usage: install.sh --host NAME (--certificate FILE --key FILE | --acme EMAIL) (--images FOLDER | --registry NAME) [option ...]

Installs Cairn on this server: k3s $k3s_version, an Ingress with TLS, volumes on this disk, a backup every night. What is told once is
kept in $settings: run it again without options to upgrade to this checkout, or with some to change these.

  --host NAME          under which others reach Cairn
  --certificate FILE   its certificate with those between it and the authority, as PEM; with --key FILE, its key. Again when renewed
  --acme EMAIL         a certificate of Let's Encrypt instead, got and renewed by Traefik: needs port 80 open to the world
  --images FOLDER      archives of the images, as images.sh makes them; they are imported, and none is ever pulled
  --registry NAME      where the images are pulled from instead, as registry.example.org/cairn
  --pull-secret FILE   with --registry: a Docker configuration (config.json) by which it is reached
  --tag TAG            of the images; left out: the chart's version
  --values FILE        values of yours for the chart, on top of all others

  --k3s FOLDER         k3s without a network: k3s, sha256sum-ARCH.txt and install.sh of its release, and k3s-airgap-images-ARCH.tar.zst
  --k3s-sha256 DIGEST  what the k3s binary has to be, where you know it from elsewhere than from its release
  --no-k3s             Cairn alone, on the cluster of KUBECONFIG; its Ingress class and storage class by --values
  --k3s-only           k3s alone, as before restore.sh
  --helm FILE          helm 3.14 or newer, where it is not on the PATH
  --with-engines WHERE Argo Workflows ($argo_chart $argo_version) and Seldon Core ($seldon_chart $seldon_version): a folder with these two
                       charts as .tgz, or "published" for the Helm repositories that you have added as argo and seldon

  --backups FOLDER     where the sets of every night lie (/var/backups/cairn)
  --no-backup          no timer, and no set before an upgrade
  --check              looks whether this server will do, and ends
  --help               this

Exit code: 0 Cairn answers, 2 the options do not hold, 3 something is missing (told, with what to do).
TEXT
}

host='' certificate='' key='' acme='' images='' registry='' pull_secret='' tag='' values='' k3s_folder='' k3s_digest='' engines=''
backups=/var/backups/cairn
with_k3s=yes with_cairn=yes with_backup=yes only_check=''
# shellcheck disable=SC1091 # written below
[ ! -f "$settings/options" ] || . "$settings/options"

wrong() {
  printf 'error: %s\n  To do: install.sh --help says what there is.\n' "$1" >&2
  exit 2
}
while [ $# -gt 0 ]; do
  case $1 in
    --no-k3s) with_k3s='' ;;
    --k3s-only) with_cairn='' ;;
    --no-backup) with_backup='' ;;
    --check) only_check=yes ;;
    --help | -h) usage && exit 0 ;;
    --host | --certificate | --key | --acme | --images | --registry | --pull-secret | --tag | --values | --k3s | --k3s-sha256 | --helm | \
      --with-engines | --backups)
      [ $# -gt 1 ] && [ -n "$2" ] || wrong "$1 needs a value."
      case $1 in
        --host) host=$2 ;;
        --certificate) certificate=$(whole "$2") acme='' ;;
        --key) key=$(whole "$2") ;;
        --acme) acme=$2 certificate='' key='' ;;
        --images) images=$(whole "$2") registry='' pull_secret='' ;;
        --registry) registry=$2 images='' ;;
        --pull-secret) pull_secret=$(whole "$2") ;;
        --tag) tag=$2 ;;
        --values) values=$(whole "$2") ;;
        --k3s) k3s_folder=$(whole "$2") ;;
        --k3s-sha256) k3s_digest=$2 ;;
        --helm) CAIRN_HELM=$2 ;;
        --with-engines) if [ "$2" = published ]; then engines=$2; else engines=$(whole "$2"); fi ;;
        --backups) backups=$2 ;;
      esac
      shift
      ;;
    *) wrong "$1 is no option." ;;
  esac
  shift
done

if [ -n "$with_cairn" ]; then
  # They are written into YAML and into files that a shell reads: nothing but what such names hold.
  case $host in '' | *[!A-Za-z0-9.-]* | -* | .*) wrong "--host is missing, or no name: $host" ;; esac
  case $tag in *[!A-Za-z0-9._-]*) wrong "--tag is no tag: $tag" ;; esac
  case $registry in *[!a-z0-9.:/_-]*) wrong "--registry is no name: $registry" ;; esac
  case $acme in *[!A-Za-z0-9.@_+-]*) wrong "--acme is no address: $acme" ;; esac
  case $backups in /*) ;; *) wrong '--backups is to be a whole path, from / on.' ;; esac
  case $backups in *[!A-Za-z0-9./_-]*) wrong "--backups holds letters that its timer would not take: $backups" ;; esac
  [ -n "$images$registry" ] || wrong 'Either --images or --registry says where the images are.'
  [ -n "$certificate$acme" ] || wrong 'Either --certificate with --key or --acme says where the certificate comes from.'
  [ -z "$certificate" ] || [ -n "$key" ] || wrong '--certificate needs --key.'
  [ -z "$acme" ] || [ -n "$with_k3s" ] || wrong '--acme sets up the Traefik of k3s; on another cluster make the certificate a file, or a Secret by --values.'
fi

case $(uname -m) in
  x86_64) arch=amd64 suffix='' ;;
  aarch64) arch=arm64 suffix=-arm64 ;;
  *) problem "There is no k3s with Cairn for $(uname -m)." 'Take a server with amd64 or arm64.' ;;
esac

# --- does this server do

there() { # the version of k3s that is there, or nothing
  command -v k3s >/dev/null 2>&1 && k3s --version 2>/dev/null | sed -n 's/^k3s version \([^ ]*\).*/\1/p'
}
is_at_least() { # A B, as versions
  [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$2" ]
}
listens() {
  ss -Hltn "sport = :$1" 2>/dev/null | grep -q .
}
check_server() {
  [ -d /run/systemd/system ] || problem 'This machine does not run systemd.' 'Take a server with Debian 12, Ubuntu 22.04 or newer.'
  for program in ss flock curl openssl; do
    command -v "$program" >/dev/null 2>&1 || problem "There is no $program." 'Install it: apt-get install iproute2 util-linux curl openssl'
  done
  memory=$(awk '/^MemTotal:/ { print int($2 / 1024) }' /proc/meminfo)
  [ "$memory" -ge 5600 ] || problem "This server has $memory MiB of memory." 'Take one with 6 GiB or more; trainings ask for 8.'
  disk=$(df -Pk /var/lib | awk 'NR == 2 { print int($4 / 1048576) }')
  [ -n "$(there)" ] || [ "$disk" -ge 40 ] ||
    problem "There are $disk GiB free in /var/lib." 'Make room for 40 GiB: images take 10, k3s 2, and what you keep comes on top.'
  if [ -z "$(there)" ]; then
    for port in 80 443 6443 10250; do
      ! listens "$port" || problem "Something listens on port $port already." "Look what it is (ss -ltnp 'sport = :$port') and stop it."
    done
  elif [ -f /etc/rancher/k3s/config.yaml ] && ! head -n 1 /etc/rancher/k3s/config.yaml | grep -q 'Cairn'; then
    problem 'k3s is there already with a configuration of its own, which this would overwrite.' \
      'Install Cairn on it as it is: --no-k3s'
  fi
  if [ -n "$with_cairn" ]; then
    address=$(getent ahosts "$host" | awk 'NR == 1 { print $1 }') || address=
    if [ -z "$address" ]; then
      [ -z "$acme" ] || problem "$host is no name that is known here." "Make it lead to this server in your DNS: Let's Encrypt asks for it."
      say "Note: $host is no name that is known here yet; others will need it in their DNS."
    elif ! ip -o address show 2>/dev/null | grep -qF " $address/"; then
      say "Note: $host leads to $address, which is no address of this machine itself (right behind a router or a proxy)."
    fi
  fi
}
check_certificate() {
  [ -f "$certificate" ] || problem "$certificate is no file." 'Name the certificate, as PEM.'
  [ -f "$key" ] || problem "$key is no file." 'Name the key, as PEM.'
  openssl x509 -in "$certificate" -noout -checkend 86400 >/dev/null 2>&1 ||
    problem "$certificate is no certificate, or runs out within a day." 'Name one as PEM that is valid.'
  openssl x509 -in "$certificate" -noout -checkhost "$host" 2>/dev/null | grep -q 'does match' ||
    problem "$certificate is not one of $host." 'Name the one of this host first in the file.'
  of_key=$(openssl pkey -in "$key" -passin pass: -pubout 2>/dev/null) || of_key=
  [ -n "$of_key" ] && [ "$of_key" = "$(openssl x509 -in "$certificate" -noout -pubkey)" ] ||
    problem "$key is not the key of $certificate, or is locked by a password." 'Name the one that belongs to it, as PEM without a password.'
}

need_root
[ -z "$with_k3s" ] || check_server
[ -z "$with_cairn" ] || [ -z "$certificate" ] || check_certificate
[ -z "$only_check" ] || { say 'This server will do.' && exit 0; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

# --- k3s

install_k3s() {
  from=$k3s_folder
  if [ -z "$from" ]; then
    from=$work/k3s
    mkdir "$from"
    say "Fetching k3s $k3s_version ..."
    url=$k3s_releases/$(printf %s "$k3s_version" | sed 's/+/%2B/')
    for file in "k3s$suffix" "sha256sum-$arch.txt"; do
      curl --fail --silent --show-error --location --output "$from/$file" "$url/$file" ||
        problem "$file of k3s $k3s_version could not be fetched." 'Fetch it elsewhere, and name the folder: --k3s FOLDER'
    done
    # The installer of the same release, and not whatever is the newest one.
    curl --fail --silent --show-error --location --output "$from/install.sh" \
      "$k3s_source/$(printf %s "$k3s_version" | sed 's/+/%2B/')/install.sh" ||
      problem "The installer of k3s $k3s_version could not be fetched." 'Fetch it elsewhere, and name the folder: --k3s FOLDER'
  fi
  binary=$from/k3s$suffix
  [ -f "$binary" ] || binary=$from/k3s
  for file in "$binary" "$from/install.sh" "$from/sha256sum-$arch.txt"; do
    [ -f "$file" ] || problem "$file is not there." "Put the files of k3s' release $k3s_version into $from."
  done
  digest=$(sha256sum "$binary" | cut -c1-64)
  # The list names each file of the release: the digest alone might be that of another one.
  grep -qE "^$digest +\*?k3s$suffix\$" "$from/sha256sum-$arch.txt" ||
    problem "$binary is not what sha256sum-$arch.txt says." 'Fetch both again; where they differ still, do not run it.'
  [ -z "$k3s_digest" ] || [ "$digest" = "$k3s_digest" ] ||
    problem "$binary is not what --k3s-sha256 says, but $digest." 'Do not run it before you know why.'
  packed=$from/k3s-airgap-images-$arch.tar.zst
  if [ -f "$packed" ]; then
    digest=$(sha256sum "$packed" | cut -c1-64)
    grep -qE "^$digest +\*?k3s-airgap-images-$arch.tar.zst\$" "$from/sha256sum-$arch.txt" ||
      problem "$packed is not what sha256sum-$arch.txt says." 'Fetch it again.'
    install -D -m 0600 "$packed" "/var/lib/rancher/k3s/agent/images/k3s-airgap-images-$arch.tar.zst"
  elif [ -n "$k3s_folder" ]; then
    say "Note: k3s' own images are not in $k3s_folder; it will pull them."
  fi

  restart=
  cmp -s config.yaml /etc/rancher/k3s/config.yaml || restart=true
  install -D -m 0600 config.yaml /etc/rancher/k3s/config.yaml
  # Beside the one that runs, and then in its place.
  install -m 0755 "$binary" /usr/local/bin/.k3s.new
  cmp -s /usr/local/bin/.k3s.new /usr/local/bin/k3s || restart=true
  mv /usr/local/bin/.k3s.new /usr/local/bin/k3s
  say "Starting k3s $k3s_version ..."
  INSTALL_K3S_SKIP_DOWNLOAD=true INSTALL_K3S_FORCE_RESTART=$restart INSTALL_K3S_BIN_DIR=/usr/local/bin sh "$from/install.sh" >"$work/k3s.log" 2>&1 ||
    { cat "$work/k3s.log" >&2 && problem 'The installer of k3s failed.' 'Look at the lines above, and at journalctl -u k3s.'; }
}

if [ -n "$with_k3s" ]; then
  present=$(there) || present=
  if [ -n "$present" ] && is_at_least "$present" "$k3s_version" && cmp -s config.yaml /etc/rancher/k3s/config.yaml; then
    say "k3s $present is there."
  else
    install_k3s
  fi
  KUBECONFIG=/etc/rancher/k3s/k3s.yaml
  chmod 0600 "$KUBECONFIG"
  tries=0
  until kubectl get --raw /readyz >/dev/null 2>&1 && kubectl wait --for condition=Ready node --all --timeout 5s >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -le 60 ] || problem 'k3s does not become ready.' 'Look at it: journalctl -u k3s'
    sleep 3
  done
  k3s secrets-encrypt status 2>/dev/null | grep -q 'Encryption Status: Enabled' ||
    problem 'k3s does not encrypt Secrets.' 'Look at it: k3s secrets-encrypt status'
fi
[ -n "$with_cairn" ] || { say 'k3s is ready.' && exit 0; }
need_cluster
need_helm

# --- what was chosen

mkdir -p "$settings"
chmod 0700 "$settings"
# They are checked above, or are paths: quoted so that the shell which reads them takes them for nothing else.
quoted() {
  printf "%s='%s'\n" "$1" "$(printf %s "$2" | sed "s/'/'\\\\''/g")"
}
[ -z "$values" ] || [ "$values" = "$settings/own-values.yaml" ] || install -m 0600 "$values" "$settings/own-values.yaml"
{
  quoted host "$host"
  quoted certificate "$certificate"
  quoted key "$key"
  quoted acme "$acme"
  quoted images "$images"
  quoted registry "$registry"
  quoted tag "$tag"
  quoted backups "$backups"
  quoted with_k3s "$with_k3s"
  quoted with_backup "$with_backup"
  quoted CAIRN_HELM "${CAIRN_HELM:-}"
} >"$settings/options"
{
  say "# Written by install.sh from its options; values of yours: own-values.yaml beside it."
  say 'images:'
  say "  registry: ${registry:-cairn}"
  # An image of that name may be anybody's where it is pulled from a registry of the world.
  [ -z "$images" ] || say '  pullPolicy: Never'
  if [ -n "$pull_secret" ] || k get secret cairn-pull >/dev/null 2>&1; then say '  pullSecrets: [cairn-pull]'; fi
  if [ -n "$tag" ]; then
    for image in gateway mlflow postgres minio; do say "  $image: { tag: '$tag' }"; done
  fi
  say 'gateway:'
  say '  ingress:'
  say "    host: $host"
  if [ -n "$acme" ]; then
    say '    controllerCertificate: true'
    say '    annotations: { traefik.ingress.kubernetes.io/router.tls.certresolver: cairn }'
  else
    say '    tlsSecret: cairn-tls'
  fi
} >"$settings/values.yaml"

# --- images

if [ -n "$images" ]; then
  command -v k3s >/dev/null 2>&1 || problem 'Archives of images are imported by k3s, which is not there.' 'Push them to a registry, and name it: --registry'
  for archive in "$images"/*.tar; do
    [ -f "$archive" ] || problem "There is no .tar in $images." 'Make them: deploy/k3s/images.sh FOLDER'
    say "Importing $(basename "$archive") ..."
    # Pinned: a full disk would have the kubelet remove those that just do not run.
    k3s ctr --namespace k8s.io images import "$archive" | sed -n 's/^unpacking \([^ ]*\).*/\1/p' >"$work/imported"
    while read -r image; do
      k3s ctr --namespace k8s.io images label "$image" io.cri-containerd.pinned=pinned >/dev/null
    done <"$work/imported"
  done
fi

# --- Cairn

kubectl get namespace "$namespace" >/dev/null 2>&1 || kubectl create namespace "$namespace" >/dev/null
kubectl label --overwrite namespace "$namespace" pod-security.kubernetes.io/enforce=restricted >/dev/null
secret() { # what kubectl makes of the arguments, without a copy in its annotations
  k create secret "$@" --dry-run=client --output yaml | k apply --server-side --force-conflicts --filename - >/dev/null
}
[ -z "$certificate" ] || secret tls cairn-tls --cert "$certificate" --key "$key"
[ -z "$pull_secret" ] || secret generic cairn-pull --type kubernetes.io/dockerconfigjson --from-file ".dockerconfigjson=$pull_secret"

if [ -n "$with_k3s" ]; then
  sed '/^#acme /d' traefik.yaml >"$work/traefik.yaml"
  [ -z "$acme" ] || sed -e 's/^#acme //' -e "s/ACME_EMAIL/$acme/" traefik.yaml >"$work/traefik.yaml"
  kubectl apply --filename "$work/traefik.yaml" >/dev/null
fi

if [ -n "$engines" ]; then
  argo_from=$engines/$argo_chart-$argo_version.tgz seldon_from=$engines/$seldon_chart-$seldon_version.tgz
  if [ "$engines" = published ]; then
    argo_from="argo/$argo_chart --version $argo_version" seldon_from="seldon/$seldon_chart --version $seldon_version"
  else
    for file in "$argo_from" "$seldon_from"; do
      [ -f "$file" ] || problem "$file is not there." 'Put the charts into that folder by these names: helm pull'
    done
  fi
  say 'Engines ...'
  # shellcheck disable=SC2086 # a file, or a name with its version
  "$helm" upgrade --install argo $argo_from --namespace argo --create-namespace --values engines/argo.yaml --wait --timeout 10m >/dev/null
  # shellcheck disable=SC2086
  "$helm" upgrade --install seldon $seldon_from --namespace seldon-system --create-namespace --values engines/seldon.yaml --wait \
    --timeout 10m >/dev/null
fi

if [ -n "$with_backup" ] && k get "statefulset/$name-postgres" >/dev/null 2>&1; then
  say 'A backup first ...'
  CAIRN_HELM=$helm ./backup.sh --folder "$backups"
fi

say 'Cairn ...'
set -- --values values.yaml --values "$settings/values.yaml"
[ ! -f "$settings/own-values.yaml" ] || set -- "$@" --values "$settings/own-values.yaml"
"$helm" upgrade --install "$release" ../helm/cairn --namespace "$namespace" "$@" >/dev/null
for service in "statefulset/$name-postgres" "statefulset/$name-minio" "deployment/$name-mlflow" "statefulset/$name-gateway"; do
  # Servers of yours are none of the cluster's.
  ! k get "$service" >/dev/null 2>&1 || k rollout status "$service" --timeout 20m
done

# --- backups

if [ -n "$with_backup" ] && [ -d /run/systemd/system ]; then
  # They run what this release brought, wherever the checkout goes.
  install -d -m 0755 /usr/local/lib/cairn
  install -m 0755 backup.sh place.sh /usr/local/lib/cairn/
  for unit in cairn-backup.service cairn-backup.timer; do
    sed -e "s|@BACKUPS@|$backups|" -e "s|@KUBECONFIG@|$KUBECONFIG|" -e "s|@NAMESPACE@|$namespace|" -e "s|@RELEASE@|$release|" \
      -e "s|@HELM@|$(command -v "$helm")|" "systemd/$unit" >"$work/$unit"
    install -m 0644 "$work/$unit" "/etc/systemd/system/$unit"
  done
  systemctl daemon-reload
  systemctl enable --quiet --now cairn-backup.timer
fi

say ''
say "Cairn is at https://$host. Sign in as owner; the password, until you change it:"
say "  kubectl -n $namespace get secret $name-gateway -o jsonpath='{.data.CAIRN_OWNER_PASSWORD}' | base64 -d"
[ -z "$with_backup" ] || say "Backups: $backups, every night. Copy them elsewhere: what lies on this disk is lost with it."
