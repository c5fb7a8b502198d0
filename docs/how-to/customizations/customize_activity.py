#!/usr/bin/env python3
"""The activity tells who talked with the client, in order."""

import json
import sys

for line in sys.stdin:
    question = json.loads(line)
    call = question["payload"]["call_full"]
    talked = [
        talk["user"]["name"]
        for talk in call["conversations"].values()
        if talk["channel"]["was_answered"] and talk["user"]
    ]
    answer = {"id": question["id"], "state": "success"}
    if talked:
        answer["data"] = {"DESCRIPTION": "Talked with " + ", then ".join(talked)}
    print(json.dumps(answer), flush=True)
