#!/bin/sh
# The CRM writes numbers as 8 and ten digits, the PBX as +7 and ten digits.
# A worker: it reads on after each answer.
while read -r question; do
    phone=$(printf '%s' "$question" | sed -n 's/.*"phone":"+7\([0-9]\{10\}\)".*/8\1/p')
    if [ -n "$phone" ]; then
        printf '{"data": {"phone": "%s"}, "state": "success"}\n' "$phone"
    else
        printf '{"state": "success"}\n'
    fi
done
