#!/usr/bin/env python3
"""Extensions are 5101 in the PBX of the branch, and 101 in the CRM."""

import json
import sys

for line in sys.stdin:
    question = json.loads(line)
    phone = question["payload"]["phone"]
    if len(phone) == 4 and phone.startswith("5"):
        phone = phone[1:]
    print(json.dumps({"id": question["id"], "data": {"phone": phone}, "state": "success"}), flush=True)
