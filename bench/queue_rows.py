"""Half an hour in a queue of five, as rows: the longest call that a site sees every day.

In:   nothing. Out: the text of a CSV file with one call: five telephones ring every 20 seconds, at last one answers.
"""

from __future__ import annotations

MEMBERS = ("101", "102", "103", "104", "105")
RINGS, PAUSE, WAITS = 15, 5, 30 * 60
BEGIN = 1_795_303_000
COLUMNS = (
    "eventtype", "eventtime", "cid_num", "exten", "channame", "appname", "appdata", "uniqueid", "linkedid", "peer",
    "extra",
)  # fmt: skip


class Call:
    """One call that is being written."""

    def __init__(self) -> None:
        self.lines = [",".join(COLUMNS)]
        self.caller = self.start("trunk-alpha", 0.0, "79161234567", "74951000003")

    def start(self, endpoint: str, at: float, number: str, exten: str = "s") -> tuple[str, str]:
        """A channel appears; its uniqueid and name."""
        count = len(self.lines)
        channel = f"{BEGIN + int(at)}.{count}", f"PJSIP/{endpoint}-{count:08x}"
        if count == 1:
            self.caller = channel
        self.row("CHAN_START", at, channel, cid_num=number, exten=exten)
        return channel

    def row(self, kind: str, at: float, channel: tuple[str, str], **fields: str) -> None:
        fields |= {"eventtype": kind, "eventtime": f"{BEGIN + at:.6f}", "linkedid": self.caller[0]}
        fields |= {"uniqueid": channel[0], "channame": channel[1]}
        quoted = [fields.get(name, "").replace('"', '""') for name in COLUMNS]
        self.lines.append(",".join(f'"{field}"' for field in quoted))

    def end(self, at: float, channel: tuple[str, str], cause: int) -> None:
        extra = f'{{"hangupcause":{cause},"hangupsource":"","dialstatus":""}}'
        self.row("HANGUP", at, channel, extra=extra)
        self.row("CHAN_END", at, channel)


def queue_rows() -> str:
    """The text of the file."""
    call = Call()
    call.row("ANSWER", 0.1, call.caller, appname="Answer")
    call.row("APP_START", 0.2, call.caller, appname="Queue", appdata="sales,t")
    for begin in range(1, WAITS, RINGS + PAUSE):
        ringing = [call.start(member, begin, member) for member in MEMBERS]
        for telephone in ringing:
            call.end(begin + RINGS, telephone, 0)
    last = call.start("101", WAITS, "101")
    extra = '{"bridge_id":"b1","bridge_technology":"simple_bridge"}'
    call.row("ANSWER", WAITS + 2, last)
    call.row("BRIDGE_ENTER", WAITS + 2, last, extra=extra)
    call.row("BRIDGE_ENTER", WAITS + 2.001, call.caller, peer=last[1], extra=extra)
    call.end(WAITS + 60, last, 16)
    call.end(WAITS + 60.001, call.caller, 16)
    return "\n".join(call.lines) + "\n"


def queue_row_count() -> int:
    """How many rows it has."""
    return queue_rows().count("\n") - 1
