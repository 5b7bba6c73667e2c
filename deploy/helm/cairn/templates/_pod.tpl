{{/* What the profile "restricted" of Kubernetes' pod security asks of a pod. 10001 is the user of all images. Files get its
group once: PostgreSQL refuses a folder that its group could write to, as the group of each file's would make it. */}}
{{- define "cairn.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{/* The same of a container, which cannot write to its image either. */}}
{{- define "cairn.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* list ROOT SERVICE: where a pod may run. */}}
{{- define "cairn.place" -}}
{{- $root := index . 0 -}}
{{- $service := get $root.Values (index . 1) -}}
{{- with $root.Values.images.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- with $service.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $service.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $service.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* The one folder that every container can write to. */}}
{{- define "cairn.tmp" -}}
- name: tmp
  emptyDir: {}
{{- end -}}
