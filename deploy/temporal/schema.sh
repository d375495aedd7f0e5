#!/bin/sh
# Brings Temporal's two databases to the schema of its server. Safe to run at every start.
set -eu

for database in temporal temporal_visibility; do
    case $database in temporal) folder=temporal ;; *) folder=visibility ;; esac
    tool="temporal-sql-tool --plugin postgres12 --ep $POSTGRES_SEEDS --port 5432 --user $POSTGRES_USER --db $database"
    $tool setup-schema -v 0.0
    $tool update-schema -d "/etc/temporal/schema/postgresql/v12/$folder/versioned"
done
