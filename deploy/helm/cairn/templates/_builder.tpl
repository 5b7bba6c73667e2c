{{/* The builder as the gateway reaches it, and as its certificate names it. */}}
{{- define "cairn.builder" -}}
{{- printf "%s-builder.%s.svc" (include "cairn.name" .) .Values.builder.namespace -}}
{{- end -}}

{{/* The image of BuildKit, of values.builder: by its digest where one is told. */}}
{{- define "cairn.buildkit" -}}
{{- if .image.digest -}}
{{- printf "%s@%s" .image.name .image.digest -}}
{{- else -}}
{{- printf "%s:%s" .image.name (.image.tag | default (ternary "v0.34.2-rootless" "v0.34.2" .rootless)) -}}
{{- end -}}
{{- end -}}

{{/* dict BUILDER SOCKET: BuildKit's configuration. It allows no entitlement: no step gets more than the others. */}}
{{- define "cairn.buildkitd" -}}
[grpc]
  address = [{{ printf "unix://%s" .socket | quote }}, "tcp://0.0.0.0:1234"]
  [grpc.tls]
    cert = "/etc/buildkit-certificates/cert.pem"
    key = "/etc/buildkit-certificates/key.pem"
    ca = "/etc/buildkit-certificates/ca.pem"

[cdi]
  disabled = true

[worker.containerd]
  enabled = false

[worker.oci]
  enabled = true
  {{- if .builder.rootless }}
  rootless = true
  # A pod cannot have a /proc of its own for each step: a step sees the processes of others in this pod, and could end them.
  noProcessSandbox = true
  {{- end }}
  gc = true
  maxUsedSpace = "{{ .builder.cache.keep }}B"
{{- range $host, $registry := .builder.registries }}

[registry.{{ $host | quote }}]
  {{- with $registry.mirrors }}
  mirrors = {{ . | toJson }}
  {{- end }}
  {{- if $registry.http }}
  http = true
  {{- end }}
  {{- if $registry.insecure }}
  insecure = true
  {{- end }}
{{- end }}
{{- end -}}
