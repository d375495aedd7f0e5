#!/bin/sh
# Prints an .env for docker-compose.yml with fresh secrets: sh deploy/make-env.sh > .env
# Then fill in OPENAI_API_KEY, and AUZAP_GATEWAY_URL where Meta or a bridge outside has to reach the gateway.
set -eu

hex() { head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }

cat <<END
AUZAP_SECRET_KEY=$(head -c 32 /dev/urandom | base64 | tr -d '\n' | tr '+/' '-_')
OPENAI_API_KEY=
POSTGRES_PASSWORD=$(hex)
AUZAP_OWNER_PASSWORD=$(hex)
AUZAP_APP_PASSWORD=$(hex)
TEMPORAL_DB_PASSWORD=$(hex)
EVOLUTION_DB_PASSWORD=$(hex)
EVOLUTION_API_KEY=$(hex)
END
