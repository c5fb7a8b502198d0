"""fast-bitrix24 over plain HTTP: a call's life, lists in batches. Argument: the webhook's address."""

import json
import sys

from fast_bitrix24 import Bitrix

portal = Bitrix(sys.argv[1], verbose=False)
register = {"USER_ID": 2, "PHONE_NUMBER": "+79031234567", "TYPE": 2, "SHOW": 0, "CRM_CREATE": 0}
call = portal.call("telephony.externalCall.register", register, raw=True)["result"]
finish = {"CALL_ID": call["CALL_ID"], "USER_ID": 2, "DURATION": 7, "ADD_TO_CHAT": 0}
finished = portal.call("telephony.externalCall.finish", finish, raw=True)["result"]
portal.call("crm.lead.add", [{"fields": {"TITLE": f"Lead {number}"}} for number in range(120)])
leads = portal.get_all("crm.lead.list", {"select": ["ID", "TITLE"]})
users = portal.get_all("user.get", {"filter": {"ACTIVE": True}})
chosen = portal.get_by_ID("crm.contact.get", [1, 2])
print(
    json.dumps(
        {
            "call_id": call["CALL_ID"],
            "duration": finished["CALL_DURATION"],
            "new_leads": len([lead for lead in leads if lead["TITLE"].startswith("Lead ")]),
            "leads": len(leads),
            "ids": len({lead["ID"] for lead in leads}),
            "extensions": sorted(user["UF_PHONE_INNER"] for user in users if user.get("UF_PHONE_INNER")),
            "chosen": sorted(chosen),
        }
    )
)
