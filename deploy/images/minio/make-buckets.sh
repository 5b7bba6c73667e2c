#!/bin/sh
# Makes the buckets, and for each user a policy that reaches its own buckets and nothing else. It may run again at any time, and
# then brings back what is missing. Told by the environment: MINIO_ADDRESS, MINIO_ROOT_USER, MINIO_ROOT_PASSWORD, and the
# users' keys: MLFLOW_S3_ACCESS_KEY, MLFLOW_S3_SECRET_KEY, CAIRN_S3_ACCESS_KEY, CAIRN_S3_SECRET_KEY; where packages run on a
# cluster, STEPS_S3_ACCESS_KEY and STEPS_S3_SECRET_KEY too, by which their steps reach the files of jobs.
set -eu
umask 077

mkdir -p "$MC_CONFIG_DIR"
# From a file: what stands on a command line is seen by every process.
cat >"$MC_CONFIG_DIR/config.json" <<JSON
{"version": "10", "aliases": {"store": {
  "url": "$MINIO_ADDRESS", "accessKey": "$MINIO_ROOT_USER", "secretKey": "$MINIO_ROOT_PASSWORD", "api": "S3v4", "path": "on"}}}
JSON

# USER's key, its secret, a policy's name, buckets.
user() {
  key=$1 secret=$2 policy=$3
  shift 3
  buckets='' objects=''
  for bucket in "$@"; do
    mc --quiet mb --ignore-existing "store/$bucket"
    mc --quiet anonymous set none "store/$bucket" >/dev/null
    buckets="$buckets${buckets:+, }\"arn:aws:s3:::$bucket\""
    objects="$objects${objects:+, }\"arn:aws:s3:::$bucket/*\""
  done
  cat >"$MC_CONFIG_DIR/$policy.json" <<JSON
{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads"], "Resource": [$buckets]},
  {"Effect": "Allow",
   "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
   "Resource": [$objects]}]}
JSON
  mc --quiet admin policy create store "$policy" "$MC_CONFIG_DIR/$policy.json"
  # Asked for on standard input, for the same reason as above.
  printf '%s\n%s\n' "$key" "$secret" | mc --quiet admin user add store
  mc --quiet admin policy attach store "$policy" --user "$key" ||
    mc --quiet admin user info store "$key" | grep -q "$policy"
}

user "$MLFLOW_S3_ACCESS_KEY" "$MLFLOW_S3_SECRET_KEY" mlflow mlflow-artifacts
if [ -n "${STEPS_S3_ACCESS_KEY:-}" ]; then
  user "$CAIRN_S3_ACCESS_KEY" "$CAIRN_S3_SECRET_KEY" cairn dvc-data cairn-objects cairn-jobs
  user "$STEPS_S3_ACCESS_KEY" "$STEPS_S3_SECRET_KEY" steps cairn-jobs
else
  user "$CAIRN_S3_ACCESS_KEY" "$CAIRN_S3_SECRET_KEY" cairn dvc-data cairn-objects
fi
rm -rf "$MC_CONFIG_DIR"
echo 'The buckets and their users are there.'
