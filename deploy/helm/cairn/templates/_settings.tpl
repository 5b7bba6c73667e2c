{{/* The gateway's settings that the chart knows, as a map; its secrets come from its Secret, its hosts from its Service. */}}
{{- define "cairn.settings" -}}
{{- $values := .Values -}}
CAIRN_LOG: {{ $values.gateway.log }}
CAIRN_THREADS: {{ $values.gateway.threads | quote }}
CAIRN_MLFLOW_ADDRESS: {{ include "cairn.mlflow" . }}
CAIRN_S3_ENDPOINT: {{ include "cairn.s3" . }}
CAIRN_S3_REGION: {{ $values.s3.region }}
CAIRN_OBJECTS_BUCKET: {{ $values.s3.objectsBucket }}
CAIRN_DVC_BUCKET: {{ $values.s3.dvcBucket }}
{{- if or $values.argo.enabled $values.seldon.enabled }}
CAIRN_KUBECONFIG: /etc/cairn/kubeconfig
CAIRN_STEP_ADDRESS: {{ include "cairn.gateway" . }}
{{- end }}
{{- with $values.builder }}
{{- if .enabled }}
CAIRN_REGISTRY: {{ .registry }}
CAIRN_BUILDER: buildkit
CAIRN_BUILDKIT_ADDRESS: tcp://{{ include "cairn.builder" $ }}:1234
CAIRN_BUILDKIT_CERTIFICATES: /etc/cairn-builder
{{- if .credentials }}
DOCKER_CONFIG: /etc/cairn-registry
{{- end }}
{{- end }}
{{- end }}
{{- with $values.argo }}
{{- if .enabled }}
CAIRN_RUNNER: argo
CAIRN_ARGO_NAMESPACE: {{ .namespace }}
CAIRN_S3_BUCKET: {{ $values.s3.jobsBucket }}
CAIRN_S3_SECRET: {{ .secret }}
CAIRN_STEP_CPU: {{ .cpu | quote }}
CAIRN_STEP_MEMORY: {{ .memory }}
CAIRN_STEP_STORAGE: {{ .storage }}
{{- end }}
{{- end }}
{{- with $values.seldon }}
{{- if .enabled }}
CAIRN_GRAPH_BACKEND: seldon
CAIRN_SELDON_NAMESPACE: {{ .namespace }}
CAIRN_SELDON_SECRET: {{ .secret }}
CAIRN_SELDON_EXECUTOR: {{ .executor | quote }}
CAIRN_SELDON_CPU: {{ .cpu | quote }}
CAIRN_SERVING_IMAGE: {{ include "cairn.image" (list $ "serving") }}
{{- end }}
{{- end }}
{{- end -}}
