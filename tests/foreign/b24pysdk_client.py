"""b24pysdk over HTTPS: a call's life, lists, a batch. Arguments: the portal's domain, the webhook's token."""

import json
import sys

from b24pysdk import BitrixWebhook

webhook = BitrixWebhook(domain=sys.argv[1], webhook_token=sys.argv[2])
external_call = webhook.get_client().telephony.external_call
call = external_call.register(phone_number="+79031234567", call_type=2, user_id=2, show=0).response.result
finished = external_call.finish(call_id=call["CALL_ID"], user_id=2, duration=7).response.result
commands = {f"c{number}": ("crm.lead.add", {"fields": {"TITLE": f"Lead {number}"}}) for number in range(45)}
added = webhook.call_batch({**commands, "me": ("profile", {})})
leads = webhook.call_list("crm.lead.list", {"select": ["ID"]})
users = webhook.call_method("user.get", {"filter": {"ACTIVE": True}})
print(
    json.dumps(
        {
            "call_id": call["CALL_ID"],
            "duration": finished["CALL_DURATION"],
            "added": len(added["result"]["result"]),
            "leads": len(leads["result"]),
            "users": users["total"],
        }
    )
)
