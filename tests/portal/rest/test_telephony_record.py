"""`telephony.externalCall.attachRecord` and `telephony.call.attachTranscription` over the wire."""

import base64
from typing import Any

import pytest
from sqlalchemy import select

from cordboard.portal.fetch import is_allowed
from cordboard.portal.tables import activity, file

WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + b"\0" * 24
CONTENT = base64.b64encode(WAV).decode()
CALL = {"USER_ID": 2, "PHONE_NUMBER": "+79001234567", "TYPE": 2, "CRM_CREATE": 1}


@pytest.fixture
def call_id(rest: Any) -> str:
    made = rest.call("telephony.externalCall.register", CALL).result["CALL_ID"]
    rest.call("telephony.externalCall.finish", {"CALL_ID": made, "USER_ID": 2, "DURATION": 9})
    return made


def attach(rest: Any, **params: Any) -> Any:
    return rest.call("telephony.externalCall.attachRecord", params)


def test_a_record_by_content_reaches_call_and_activity_and_replaces_the_old(rest: Any, call_id: str) -> None:
    first = attach(rest, CALL_ID=call_id, FILENAME="a.wav", FILE_CONTENT=CONTENT).result["FILE_ID"]
    second = attach(rest, CALL_ID=call_id, FILENAME="b.wav", FILE_CONTENT=CONTENT).result["FILE_ID"]

    row = rest.call("voximplant.statistic.get", {"FILTER": {"HAS_RECORD": "Y"}}).result[0]
    files = rest.portal.store.read_sync(lambda c: [tuple(found) for found in c.execute(select(file.c.id, file.c.name))])
    assert first != second
    assert (second, None) == (row["RECORD_FILE_ID"], row["CALL_RECORD_URL"])
    assert [(second, "b.wav")] == files
    assert [[second]] == rest.portal.store.read_sync(lambda c: list(c.execute(select(activity.c.files)).scalars()))


def test_a_record_in_two_steps(rest: Any, call_id: str) -> None:
    told = attach(rest, CALL_ID=call_id, FILENAME="a.wav").result
    path = told["uploadUrl"].removeprefix("http://portal.example")
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n' + WAV + b"\r\n--x--\r\n"

    empty = rest.send(path, b"", content_type="multipart/form-data; boundary=x")
    done = rest.send(path, body, content_type="multipart/form-data; boundary=x")
    forged = rest.send(path[:-3] + "000", body, content_type="multipart/form-data; boundary=x")

    assert "file" == told["fieldName"]
    assert (400, "", "Error: required parameter file is not found") == empty.refusal
    assert isinstance(done.result["FILE_ID"], int)
    assert (401, "INVALID_CREDENTIALS", "Invalid request credentials") == forged.refusal


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({}, "Required parameters are not set. Request should contain or URL or FILENAME parameter"),
        ({"FILENAME": ""}, "File name is empty"),
        ({"FILENAME": "a.WAV"}, "Wrong file extension. Only wav and mp3 are allowed"),
        ({"FILENAME": "a.flac", "FILE_CONTENT": CONTENT}, "Wrong file extension. Only wav and mp3 are allowed"),
        ({"FILENAME": "a.wav", "FILE_CONTENT": ""}, "File content is empty."),
        (
            {"FILENAME": "a.wav", "FILE_CONTENT": "###"},
            "File content is not properly encoded. Base64 encoding is expected.",
        ),
        ({"FILENAME": "a.wav", "FILE_CONTENT": "AAAA"}, "Unknown error encountered while saving file."),
        ({"RECORD_URL": "http://127.0.0.1/a.wav"}, "Server returns HTTP error code 403"),
    ],
)
def test_a_bad_record_is_refused_to_the_letter(rest: Any, call_id: str, params: Any, text: str) -> None:
    assert (400, "", text) == attach(rest, CALL_ID=call_id, **params).refusal


def test_a_record_of_a_running_call_is_refused(rest: Any) -> None:
    made = rest.call("telephony.externalCall.register", CALL).result["CALL_ID"]

    refusal = attach(rest, CALL_ID=made, FILENAME="a.wav", FILE_CONTENT=CONTENT).refusal

    assert "Call is not found in the statistic table. Looks like it is not finished yet." == refusal[2]


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("http://pbx.example/rec/a.wav", True),
        ("http://pbx.example.evil.example/rec/a.wav", False),
        ("http://pbx.example@evil.example/rec/a.wav", False),
        ("http://pbx.example:81/rec/a.wav", False),
        ("http://pbx.example/rec/../etc/passwd", False),
        ("file:///rec/a.wav", False),
    ],
)
def test_only_allowed_places_are_fetched_from(address: str, allowed: bool) -> None:
    assert allowed == is_allowed(address, ["http://pbx.example/rec/"])


def test_a_transcription_is_kept(rest: Any, call_id: str) -> None:
    message = {"SIDE": "User", "START_TIME": 0, "STOP_TIME": 2, "MESSAGE": "Hello"}

    result = rest.call("telephony.call.attachTranscription", {"CALL_ID": call_id, "MESSAGES": [message]}).result

    row = rest.call("voximplant.statistic.get").result[0]
    assert ({"TRANSCRIPT_ID": 1}, "1") == (result, row["TRANSCRIPT_ID"])


GOOD = {"SIDE": "User", "START_TIME": 0, "STOP_TIME": 2, "MESSAGE": "Hello"}


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({}, "CALL_ID should be set"),
        ({"CALL_ID": "x", "MESSAGES": "y"}, "MESSAGES should be an array"),
        ({"CALL_ID": "x", "MESSAGES": [GOOD | {"SIDE": "?"}]}, "MESSAGES[0][SIDE] should be either Client or User"),
        (
            {"CALL_ID": "x", "MESSAGES": [GOOD, GOOD | {"START_TIME": -1}]},
            "MESSAGES[1][START_TIME] should be greater or equal to zero",
        ),
        (
            {"CALL_ID": "x", "MESSAGES": [GOOD | {"STOP_TIME": 0}]},
            "MESSAGES[0][STOP_TIME] should be greater than zero",
        ),
        ({"CALL_ID": "x", "MESSAGES": [GOOD | {"MESSAGE": ""}]}, "MESSAGES[0][MESSAGE] is empty"),
        ({"CALL_ID": "x", "MESSAGES": [GOOD]}, "Call x is not found. Is it finished?"),
    ],
)
def test_a_bad_transcription_is_refused_to_the_letter(rest: Any, params: Any, text: str) -> None:
    assert (400, "", text) == rest.call("telephony.call.attachTranscription", params).refusal


def test_a_record_is_a_file_of_the_portals_folder(rest: Any, call_id: str) -> None:
    attach(rest, CALL_ID=call_id, FILENAME="a.wav", FILE_CONTENT=CONTENT)

    assert [WAV] == [path.read_bytes() for path in rest.portal.files.rglob("*") if path.is_file()]
