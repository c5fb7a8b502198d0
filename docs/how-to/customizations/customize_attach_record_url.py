"""The recording is called by date and client in the CRM. A Python function, named in `python` of a `[[hook]]`."""


def customize_attach_record_url(payload: dict) -> dict:
    channel = payload["call_full"]["channel"]
    client = channel["from"] if channel["type"] == "incoming" else channel["to"]
    extension = payload["FILENAME"].rpartition(".")[2]
    name = f"{channel['start_time'][:10]} {client['custom'] or client['original']}.{extension}"
    return {"data": {"FILENAME": name}, "state": "success"}
