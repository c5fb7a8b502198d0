#!/usr/bin/env python3
"""The source of a new client depends on the line; an existing customer's call never makes a client."""

import json
import sys

SOURCES = {"74951000001": "WEB", "74951000002": "ADVERTISING"}

for line in sys.stdin:
    question = json.loads(line)
    payload = question["payload"]
    answer = {"id": question["id"], "state": "success"}
    source = SOURCES.get(payload.get("LINE_NUMBER", "").lstrip("+"))
    if source:
        answer["data"] = {"CRM_SOURCE": source}
    print(json.dumps(answer), flush=True)
