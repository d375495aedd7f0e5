#!/bin/sh
# The namespace and the search attributes of workflows/search_attributes.py. Safe to run at every start.
set -eu

until temporal operator cluster health >/dev/null 2>&1; do
    echo "waiting for Temporal at $TEMPORAL_ADDRESS"
    sleep 2
done

if ! temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
    temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 168h
fi

attribute() { # name, type
    tries=0
    until temporal operator search-attribute list --namespace "$TEMPORAL_NAMESPACE" | grep -qw "$1" ||
        temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" --name "$1" --type "$2"; do
        tries=$((tries + 1)) # a new namespace is known everywhere only after some seconds
        [ "$tries" -lt 30 ] || exit 1
        sleep 2
    done
}

attribute AuzapOrganization Keyword
attribute AuzapState Keyword
attribute AuzapAssignee Keyword
attribute AuzapDueAt Datetime
attribute AuzapMessages KeywordList
