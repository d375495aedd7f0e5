#!/bin/sh
# Runs once, when the volume of Postgres is new: a database and a role of its own for each tenant of this server, so that
# neither Temporal nor Evolution API can read what shops write. `auzap migrate` makes the role the app connects as.
# In a subshell: where the file is not executable, the image's own script reads it in, and must not get our options.
(
set -eu

database() { # owner, password, databases…
    owner=$1 password=$2
    shift 2
    psql --username "$POSTGRES_USER" --dbname postgres --set ON_ERROR_STOP=1 \
        --set owner="$owner" --set password="$password" <<'SQL'
create role :"owner" login password :'password';
SQL
    for name in "$@"; do
        psql --username "$POSTGRES_USER" --dbname postgres --set ON_ERROR_STOP=1 \
            --set owner="$owner" --set name="$name" <<'SQL'
create database :"name" owner :"owner";
revoke connect on database :"name" from public;
SQL
    done
}

database auzap_owner "$AUZAP_OWNER_PASSWORD" auzap
database temporal "$TEMPORAL_DB_PASSWORD" temporal temporal_visibility
database evolution "$EVOLUTION_DB_PASSWORD" evolution

# The owner makes the app's role and lets it connect.
psql --username "$POSTGRES_USER" --dbname postgres --set ON_ERROR_STOP=1 <<'SQL'
alter role auzap_owner createrole;
create role auzap_app nologin;
grant auzap_app to auzap_owner with admin option;
grant connect on database auzap to auzap_app;
SQL
)
