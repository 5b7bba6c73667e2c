{{/* What the names of all objects begin with: the release, and what it is where the release does not say so. */}}
{{- define "cairn.name" -}}
{{- if contains "cairn" .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-cairn" (.Release.Name | trunc 34 | trimSuffix "-") -}}
{{- end -}}
{{- end -}}

{{/* list ROOT COMPONENT: what selects the pods of a service, for ever. */}}
{{- define "cairn.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: cairn
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{/* list ROOT COMPONENT: the labels of an object. */}}
{{- define "cairn.labels" -}}
{{- $root := index . 0 -}}
{{ include "cairn.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* list ROOT SERVICE: the name of its Secret. */}}
{{- define "cairn.secret" -}}
{{- $root := index . 0 -}}
{{- $service := index . 1 -}}
{{- get $root.Values.secrets $service | default (printf "%s-%s" (include "cairn.name" $root) $service) -}}
{{- end -}}

{{/* list ROOT SERVICE: the name of its volume's claim. */}}
{{- define "cairn.claim" -}}
{{- $root := index . 0 -}}
{{- $service := index . 1 -}}
{{- (get $root.Values $service).storage.existingClaim | default (printf "%s-%s" (include "cairn.name" $root) $service) -}}
{{- end -}}

{{/* list ROOT IMAGE: the name of an image, by its digest where one is told. */}}
{{- define "cairn.image" -}}
{{- $root := index . 0 -}}
{{- $image := get $root.Values.images (index . 1) -}}
{{- $name := printf "%s/%s" $root.Values.images.registry $image.name | trimPrefix "/" -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $name $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $name ($image.tag | default $root.Chart.AppVersion) -}}
{{- end -}}
{{- end -}}

{{- define "cairn.s3" -}}
{{- if .Values.minio.enabled -}}
{{- printf "http://%s-minio.%s.svc:9000" (include "cairn.name" .) .Release.Namespace -}}
{{- else -}}
{{- .Values.s3.endpoint -}}
{{- end -}}
{{- end -}}

{{- define "cairn.mlflow" -}}
{{- if .Values.mlflow.enabled -}}
{{- printf "http://%s-mlflow.%s.svc:5000" (include "cairn.name" .) .Release.Namespace -}}
{{- else -}}
{{- .Values.mlflow.address -}}
{{- end -}}
{{- end -}}

{{/* The gateway as pods of other namespaces reach it. */}}
{{- define "cairn.gateway" -}}
{{- printf "http://%s-gateway.%s.svc:8080" (include "cairn.name" .) .Release.Namespace -}}
{{- end -}}

{{/* list ROOT SERVICE: not empty where the chart runs it. */}}
{{- define "cairn.runs" -}}
{{- $service := get (index . 0).Values (index . 1) -}}
{{- if or (not (hasKey $service "enabled")) $service.enabled -}}
true
{{- end -}}
{{- end -}}
