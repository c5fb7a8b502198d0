#!/bin/sh
# Numbers on the black list of the PBX are not told to the CRM.
# The list is a file with one number per line, as `asterisk -rx 'database show blacklist'` can write it.
# A one-shot: it reads its question, answers, and ends.
list="${BLACKLIST:-/etc/asterisk/blacklist.txt}"
read -r question
number=$(printf '%s' "$question" | sed -n 's/.*"channel":{"answer_time".*"from":{[^}]*"original":"\([^"]*\)".*/\1/p')
if [ -n "$number" ] && grep -qxF "$number" "$list" 2>/dev/null; then result=false; else result=true; fi
printf '{"data": {"result": %s}, "state": "success"}\n' "$result"
