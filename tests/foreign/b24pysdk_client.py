"""b24pysdk over HTTPS: a call's life, clients, batches, every page, by a webhook and by an application's token.

Argument: the portal's ready line, and `record`, a WAV in base64. Prints one JSON object, as its fellows do.
"""

import json
import sys
from typing import Any
from urllib.parse import urlsplit

from b24pysdk import BitrixWebhook
from b24pysdk.errors import BitrixAPIError

ready = json.loads(sys.argv[1])
address = urlsplit(ready["webhook"])
webhook = BitrixWebhook(
    domain=f"localhost:{address.port}", webhook_token=address.path.removeprefix("/rest/").removesuffix("/")
)
b24: Any = webhook.get_client()


def refusal(request: Any) -> str:
    try:
        request()
    except BitrixAPIError as error:
        return error.error_description
    return "not refused"


def call_life() -> dict[str, Any]:
    telephony = b24.telephony.external_call
    asked = {"phone_number": "+79031234567", "call_type": 2, "user_phone_inner": "101", "show": 0, "crm_create": 1}
    call = telephony.register(**asked, external_call_id="py-1").response.result
    again = telephony.register(**asked, external_call_id="py-1").response.result
    call_id = call["CALL_ID"]
    shown = telephony.show(call_id=call_id, user_id=[2, 3]).response.result
    hidden = telephony.hide(call_id=call_id, user_id=[2, 3]).response.result
    finished = telephony.finish(call_id=call_id, user_id=2, duration=7, status_code="200").response.result
    record = {"call_id": call_id, "filename": "talk.wav", "file_content": ready["record"]}
    file = telephony.attach_record(**record).response.result
    found = telephony.search_crm_entities(phone_number="89031234567").response.result
    [row] = webhook.call_method("voximplant.statistic.get", {"FILTER": {"CALL_ID": call_id}})["result"]
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
    contact = b24.crm.contact
    phone = [{"VALUE": "+74957770011", "VALUE_TYPE": "WORK"}]
    number = contact.add(fields={"NAME": "Vera", "LAST_NAME": "Lind", "PHONE": phone}).response.result
    contact.update(bitrix_id=number, fields={"LAST_NAME": "Wolf"}).response.result  # noqa: B018 - asking is the point
    read = contact.get(bitrix_id=number).response.result
    wanted = {"entity_type": "CONTACT", "type": "PHONE", "values": ["+74957770011"]}
    same = webhook.call_method("crm.duplicate.findbycomm", wanted)["result"]
    item = b24.crm.item.get(entity_type_id=3, bitrix_id=number).response.result
    return {
        "name": [read["NAME"], read["LAST_NAME"]],
        "phone": read["PHONE"][0]["VALUE"],
        "same": same["CONTACT"][0] == number,
        "item": item["item"]["lastName"],
        "deleted": contact.delete(bitrix_id=number).response.result,
        "gone": refusal(lambda: webhook.call_method("crm.contact.get", {"id": number})),
    }


def batches() -> dict[str, Any]:
    register = {"USER_ID": 3, "PHONE_NUMBER": "+79035550001", "TYPE": 2, "SHOW": 0}
    finish = {"USER_ID": 3, "DURATION": 3, "CALL_ID": "$result[reg][CALL_ID]"}
    commands = {
        "reg": ("telephony.externalCall.register", register),
        "fin": ("telephony.externalCall.finish", finish),
    }
    both = webhook.call_batch(commands, halt=True)["result"]["result"]
    leads = [("crm.lead.add", {"fields": {"TITLE": f"Lead {number}"}}) for number in range(120)]
    added = webhook.call_batches(leads)["result"]["result"]
    return {"reference": both["reg"]["CALL_ID"] == both["fin"]["CALL_ID"], "added": len(added)}


def pages() -> dict[str, int]:
    list_params = {"select": ["ID", "TITLE"]}
    fast = list(webhook.call_list_fast("crm.lead.list", list_params)["result"])
    slow = list(webhook.call_list("crm.lead.list", list_params)["result"])
    first = webhook.call_method("crm.lead.list", list_params)
    items = webhook.call_list("crm.item.list", {"entityTypeId": 1})["result"]
    return {
        "total": first["total"],
        "fast": len(fast),
        "slow": len(slow),
        "items": len(items["items"] if isinstance(items, dict) else items),
        "unique": len({lead["ID"] for lead in fast}),
    }


refused = refusal(lambda: webhook.call_method("no.such.method"))
told = {"call": call_life(), "client": client(), "batch": batches(), "pages": pages()}
print(json.dumps({**told, "refused": refused}))
