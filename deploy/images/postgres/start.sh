#!/bin/sh
# Runs PostgreSQL; at the first start it makes the files, two users without rights beyond their own database, and the
# extensions that only a superuser may make. Told by the environment: CAIRN_DATABASE_PASSWORD, MLFLOW_DATABASE_PASSWORD.
# Nobody comes in from outside as superuser: that goes by the socket, inside the container.
set -eu
umask 077

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  echo 'Making the database ...'
  # One that was cut off is made anew: it gets its name when it is whole.
  making=$(dirname "$PGDATA")/making
  rm -rf "$making"
  initdb --pgdata "$making" --username postgres --auth-local trust --auth-host scram-sha-256 --encoding UTF8 \
    --locale C.UTF-8 --data-checksums >/dev/null
  echo 'host all all all scram-sha-256' >>"$making/pg_hba.conf"
  cat >>"$making/postgresql.conf" <<'CONF'
listen_addresses = '*'
unix_socket_directories = '/run/postgresql'
password_encryption = scram-sha-256
max_connections = 100
jit = off
CONF
  pg_ctl --pgdata "$making" --wait --silent --options "-c listen_addresses=''" start
  # pgSTAC's installation works as roles of its own, changes their settings and grants them on, which takes createrole here.
  psql --username postgres --quiet --set ON_ERROR_STOP=1 <<'SQL'
\set cairn `printf %s "$CAIRN_DATABASE_PASSWORD"`
\set mlflow `printf %s "$MLFLOW_DATABASE_PASSWORD"`
create role cairn login createrole password :'cairn';
create role mlflow login password :'mlflow';
create role pgstac_admin;
create role pgstac_read;
create role pgstac_ingest;
grant pgstac_admin, pgstac_read, pgstac_ingest to cairn with admin option;
create database cairn owner cairn;
create database mlflow owner mlflow;
revoke connect on database cairn, mlflow from public;
\connect template1
create extension postgis;
create extension btree_gist;
create extension unaccent;
\connect cairn
create extension postgis;
create extension btree_gist;
create extension unaccent;
SQL
  pg_ctl --pgdata "$making" --wait --silent --mode fast stop
  mv "$making" "$PGDATA"
  sync
fi

unset CAIRN_DATABASE_PASSWORD MLFLOW_DATABASE_PASSWORD
exec postgres
