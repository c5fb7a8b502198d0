"""fast-bitrix24 over plain HTTP: a call's life, clients, batches, every page.

Argument: the portal's ready line, and `record`, a WAV in base64. Prints one JSON object, as its fellows do.
"""

import json
import sys
from typing import Any

from fast_bitrix24 import Bitrix

ready = json.loads(sys.argv[1])
portal: Any = Bitrix(ready["webhook"], verbose=False)


def ask(method: str, **params: Any) -> Any:
    """The result of one request."""
    return portal.call(method, params, raw=True)["result"]


def refusal(method: str, **params: Any) -> str:
    try:
        ask(method, **params)
    except Exception as error:
        return str(error)
    return "not refused"


def call_life() -> dict[str, Any]:
    asked = {"USER_PHONE_INNER": "101", "PHONE_NUMBER": "+79031234567", "TYPE": 2, "SHOW": 0, "CRM_CREATE": 1}
    asked["EXTERNAL_CALL_ID"] = "fast-1"
    call = ask("telephony.externalCall.register", **asked)
    call_id = call["CALL_ID"]
    again = ask("telephony.externalCall.register", **asked)
    shown = ask("telephony.externalCall.show", CALL_ID=call_id, USER_ID=[2, 3])
    hidden = ask("telephony.externalCall.hide", CALL_ID=call_id, USER_ID=[2, 3])
    finished = ask("telephony.externalCall.finish", CALL_ID=call_id, USER_ID=2, DURATION=7, STATUS_CODE="200")
    record = {"CALL_ID": call_id, "FILENAME": "talk.wav", "FILE_CONTENT": ready["record"]}
    file = ask("telephony.externalCall.attachRecord", **record)
    found = ask("telephony.externalCall.searchCrmEntities", PHONE_NUMBER="89031234567")
    [row] = ask("voximplant.statistic.get", FILTER={"CALL_ID": call_id})
    return {
        "call_id": call_id,
        "again": again["CALL_ID"] == call_id,
        "created": [entity["ENTITY_TYPE"] for entity in call["CRM_CREATED_ENTITIES"]],
        "shown": shown,
        "hidden": hidden,
        "duration": finished["CALL_DURATION"],
        "file": file["FILE_ID"] > 0,
        "found": [[one["CRM_ENTITY_TYPE"], one["CRM_ENTITY_ID"] == call["CRM_CREATED_LEAD"]] for one in found],
        "row": [
            row["PHONE_NUMBER"],
            row["CALL_DURATION"],
            row["CALL_FAILED_CODE"],
            row["RECORD_FILE_ID"] == file["FILE_ID"],
        ],
    }


def client() -> dict[str, Any]:
    phone = [{"VALUE": "+74957770011", "VALUE_TYPE": "WORK"}]
    number = ask("crm.contact.add", fields={"NAME": "Vera", "LAST_NAME": "Lind", "PHONE": phone})
    ask("crm.contact.update", id=number, fields={"LAST_NAME": "Wolf"})
    read = portal.get_by_ID("crm.contact.get", [1, number])[str(number)]
    same = ask("crm.duplicate.findbycomm", entity_type="CONTACT", type="PHONE", values=["+74957770011"])
    item = ask("crm.item.get", entityTypeId=3, id=number)
    return {
        "name": [read["NAME"], read["LAST_NAME"]],
        "phone": read["PHONE"][0]["VALUE"],
        "same": same["CONTACT"][0] == number,
        "item": item["item"]["lastName"],
        "deleted": ask("crm.contact.delete", id=number),
        "gone": refusal("crm.contact.get", id=number),
    }


def batches() -> dict[str, Any]:
    register = "telephony.externalCall.register?USER_ID=3&PHONE_NUMBER=%2B79035550001&TYPE=2&SHOW=0"
    finish = "telephony.externalCall.finish?USER_ID=3&DURATION=3&CALL_ID=$result[reg][CALL_ID]"
    both = portal.call_batch({"halt": 1, "cmd": {"reg": register, "fin": finish}})
    added = portal.call("crm.lead.add", [{"fields": {"TITLE": f"Lead {number}"}} for number in range(120)])
    return {"reference": both["reg"]["CALL_ID"] == both["fin"]["CALL_ID"], "added": len(added)}


def pages() -> dict[str, int]:
    leads = portal.get_all("crm.lead.list", {"select": ["ID", "TITLE"]})
    first = portal.call("crm.lead.list", {"start": 0}, raw=True)
    slow, answer = list(first["result"]), first
    while "next" in answer:
        answer = portal.call("crm.lead.list", {"start": answer["next"]}, raw=True)
        slow += answer["result"]
    items = portal.get_all("crm.item.list", {"entityTypeId": 1})
    return {
        "total": first["total"],
        "fast": len(leads),
        "slow": len(slow),
        "items": len(items),
        "unique": len({lead["ID"] for lead in leads}),
    }


refused = refusal("no.such.method")
told = {"call": call_life(), "client": client(), "batch": batches(), "pages": pages()}
print(json.dumps({**told, "refused": refused}))
