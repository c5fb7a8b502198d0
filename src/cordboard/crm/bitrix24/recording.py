"""Recording: the one file of a finished call is found, made ready and given to the portal.

In:   the call at its end, its id in the portal. Out: `FindRecording`, `MakeRecording`, `AttachRecord`, in this order;
      customizations are asked about the file before it is read, and about the request before it leaves.
Returns what should be told where nothing could be attached, "" where all is well.

Nothing of a call waits for its recording, and a portal takes one only after the finish.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from cordboard.crm.bitrix24.customizing import Customizing
from cordboard.crm.bitrix24.mapping import Terms
from cordboard.flow.after_finish import AttachRecord, FindRecording, Found, Made, MakeRecording, Missing
from cordboard.flow.questions import Params, Question, Refused
from cordboard.flow.situation import Situation

Words = Generator[Question, Any, str]


def attach(situation: Situation, call_id: str, terms: Terms, customizing: Customizing) -> Words:
    """Give the portal the recording of an answered call."""
    if not terms.recordings or situation.result != 200:
        return ""
    found: Found | Missing = yield where(situation)
    if isinstance(found, Missing):
        return f"no recording: {found.words}"
    file = yield from customizing.ask("process_record_file_path", file_params(situation, call_id, found.path))
    if file is None:
        return ""
    made: Made | Missing = yield MakeRecording(str(file.get("path") or found.path))
    if isinstance(made, Missing):
        return f"no recording: {made.words}"
    customizing.record = made.link
    params = yield from customizing.ask("customize_attach_record_url", attach_params(call_id, made))
    if params is None:
        return ""
    # a file without a name cannot be uploaded
    params = {**params, "FILENAME": params.get("FILENAME") or made.name}
    answer = yield AttachRecord(params, "" if made.link else made.path, terms.recordings == "upload")
    if isinstance(answer, Refused):
        return f"the recording was refused: {answer.words}"
    return f"the recording is not whole: {found.words}" if found.words else ""


def where(situation: Situation) -> FindRecording:
    """What is known of the file: its names, or all that a template may ask for."""
    last = situation.conversation(situation.last_speaker)
    number = last.number if last is not None else ""
    incoming = situation.direction == "incoming"
    return FindRecording(
        files=situation.records,
        linkedid=situation.linkedid,
        uniqueids=tuple(talk.id for talk in situation.conversations),
        start=situation.start,
        source=situation.client if incoming else situation.caller,
        destination=number if incoming else situation.client,
        ended_at=situation.at,
    )


def file_params(situation: Situation, call_id: str, path: str) -> Params:
    """What `process_record_file_path` is told of the file."""
    asked = where(situation)
    return {"call_id": call_id, "from": asked.source, "to": asked.destination, "path": path}


def attach_params(call_id: str, made: Made) -> Params:
    """Parameters of `telephony.externalCall.attachRecord`, without the content."""
    params: Params = {"CALL_ID": call_id, "FILENAME": made.name}
    return {**params, "RECORD_URL": made.link} if made.link else params
