{{/* What the schema cannot say: values that do not go together end the rendering, in words. */}}
{{- define "cairn.checks" -}}
{{- $values := .Values -}}
{{- if and $values.secrets.create (not (and $values.postgres.enabled $values.minio.enabled)) -}}
{{- fail "secrets.create makes Secrets for the chart's own PostgreSQL and MinIO. For a server of yours set secrets.create=false and make them yourself: docs/operate/kubernetes.md, \"Servers of your own\"." -}}
{{- end -}}
{{- if and (not $values.minio.enabled) (eq $values.s3.endpoint "") -}}
{{- fail "minio.enabled=false needs s3.endpoint: the S3 store that takes its place." -}}
{{- end -}}
{{- if and (not $values.mlflow.enabled) (eq $values.mlflow.address "") -}}
{{- fail "mlflow.enabled=false needs mlflow.address: the server that takes its place." -}}
{{- end -}}
{{- $storage := $values.gateway.storage -}}
{{- if and (gt (int $values.gateway.replicas) 1) (ne $storage.existingClaim "") -}}
{{- fail "gateway.storage.existingClaim is of one gateway, and gateway.replicas asks for several: leave the claim away, or set gateway.replicas=1." -}}
{{- end -}}
{{- if and (eq (int $values.gateway.replicas) 1) $storage.onNode -}}
{{- fail "gateway.storage.onNode is of several gateways: what one keeps has to outlive its pod." -}}
{{- end -}}
{{- if and $values.gateway.ingress.enabled (eq $values.gateway.ingress.host "") -}}
{{- fail "gateway.ingress.enabled needs gateway.ingress.host: the gateway answers only under names that it knows." -}}
{{- end -}}
{{- if and $values.gateway.ingress.enabled (eq $values.gateway.ingress.tlsSecret "") (not $values.gateway.ingress.controllerCertificate) -}}
{{- fail "gateway.ingress.enabled needs gateway.ingress.tlsSecret, or gateway.ingress.controllerCertificate: passwords and tokens pass it." -}}
{{- end -}}
{{- if and $values.gateway.ingress.controllerCertificate (ne $values.gateway.ingress.tlsSecret "") -}}
{{- fail "gateway.ingress.tlsSecret names a certificate, and gateway.ingress.controllerCertificate says that there is another: take one of the two away." -}}
{{- end -}}
{{- if and $values.seldon.enabled (eq $values.images.serving.digest "") -}}
{{- fail "seldon.enabled needs images.serving.digest: a prediction names the image that computed it." -}}
{{- end -}}
{{- if and $values.builder.enabled (eq $values.builder.registry "") -}}
{{- fail "builder.enabled needs builder.registry: where images of packages are pushed." -}}
{{- end -}}
{{- range $engine := list "argo" "seldon" "builder" -}}
{{- $place := get $values $engine -}}
{{- if and $place.enabled (eq $place.namespace $.Release.Namespace) -}}
{{- fail (printf "%s.namespace is that of the release: what runs there could be given its Secrets. Name another one." $engine) -}}
{{- end -}}
{{- end -}}
{{- if and $values.argo.enabled $values.seldon.enabled (eq $values.argo.namespace $values.seldon.namespace) -}}
{{- fail "argo.namespace and seldon.namespace are the same: steps of packages could be given the token of the graphs. Name two." -}}
{{- end -}}
{{- range $engine := list "argo" "seldon" -}}
{{- $place := get $values $engine -}}
{{- if and $values.builder.enabled $place.enabled (eq $values.builder.namespace $place.namespace) -}}
{{- fail (printf "builder.namespace and %s.namespace are the same: the builder is of a lower pod security. Name two." $engine) -}}
{{- end -}}
{{- end -}}
{{- if and $values.argo.enabled (not $values.builder.enabled) (not (hasKey $values.gateway.settings "CAIRN_REGISTRY")) -}}
{{- fail "argo.enabled needs builder.enabled: Argo runs packages by their images. Or build them by a Docker of yours, with CAIRN_REGISTRY and DOCKER_HOST in gateway.settings: docs/operate/kubernetes.md, \"Images of packages\"." -}}
{{- end -}}
{{- $taken := list -}}
{{- range $name, $_ := $values.gateway.settings -}}
{{- if regexMatch "PASSWORD|SECRET_KEY|ACCESS_KEY|SIGNING_KEY|TOKEN|DATABASE_URL" $name -}}
{{- fail (printf "gateway.settings holds %s, which everybody who reads the release would see. It belongs into the gateway's Secret." $name) -}}
{{- end -}}
{{- if has $name (include "cairn.ownSettings" $ | fromYaml).names -}}
{{- $taken = append $taken $name -}}
{{- end -}}
{{- end -}}
{{- if $taken -}}
{{- fail (printf "gateway.settings holds %s, which the chart sets from other values." (join ", " $taken)) -}}
{{- end -}}
{{- end -}}

{{/* The settings that the templates set. Without the builder those of one are the installation's own. */}}
{{- define "cairn.ownSettings" -}}
names:
  - CAIRN_HOME
  - CAIRN_HOST
  - CAIRN_PORT
  - CAIRN_HOSTS
  - CAIRN_THREADS
  - CAIRN_LOG
  - CAIRN_MLFLOW_ADDRESS
  - CAIRN_S3_ENDPOINT
  - CAIRN_S3_REGION
  - CAIRN_S3_BUCKET
  - CAIRN_S3_SECRET
  - CAIRN_OBJECTS_BUCKET
  - CAIRN_DVC_BUCKET
  - CAIRN_RUNNER
  - CAIRN_GRAPH_BACKEND
  - CAIRN_KUBECONFIG
  - CAIRN_STEP_ADDRESS
  - CAIRN_ARGO_NAMESPACE
  - CAIRN_STEP_CPU
  - CAIRN_STEP_MEMORY
  - CAIRN_STEP_STORAGE
  - CAIRN_SELDON_NAMESPACE
  - CAIRN_SELDON_SECRET
  - CAIRN_SELDON_EXECUTOR
  - CAIRN_SELDON_CPU
  - CAIRN_SERVING_IMAGE
  {{- if .Values.builder.enabled }}
  - CAIRN_REGISTRY
  - CAIRN_BUILDER
  - CAIRN_BUILDKIT_ADDRESS
  - CAIRN_BUILDKIT_CERTIFICATES
  - DOCKER_CONFIG
  {{- end }}
{{- end -}}
