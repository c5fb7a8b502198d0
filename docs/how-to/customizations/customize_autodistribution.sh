#!/bin/sh
# Outside working hours nobody is rung directly: the call takes the default route.
read -r question
hour=$(date +%H)
if [ "${HOUR:-$hour}" -ge 9 ] && [ "${HOUR:-$hour}" -lt 18 ]; then
    printf '{"state": "success"}\n'
else
    printf '{"data": {"extension": ""}, "state": "success"}\n'
fi
