"""Applications: what the dial plan does with a channel — a bonus, never a need.

In:   APP_START and APP_END, where the site tracks the application.
Out:  the numbers being dialled, the queue the client waits in, the files being recorded.

Reasons: FreePBX does not track Dial, and two Dials in a row make one APP_START, so nothing may
depend on these rows. Where they exist, Dial's arguments hold the number given to the provider,
and MixMonitor's the name of the file.
"""

from cordboard.calls import recording
from cordboard.calls.cel import CelEvent
from cordboard.calls.channel import LOCAL, Channel, Kind
from cordboard.calls.rules.numbers_of_call import correct_called
from cordboard.calls.states import RINGING
from cordboard.calls.steps import Step
from cordboard.calls.switchboard import Switchboard

ROOMS = frozenset(("Queue", "ConfBridge", "MeetMe"))


def begins(board: Switchboard, channel: Channel, event: CelEvent, step: Step) -> None:
    """Take what this application tells."""
    name, call = event.appname, channel.call
    board.tells_applications = True
    if name == "Dial":
        remember_dialled(channel, event.appdata, step)
        return  # the live lane tells so of each telephone that a queue rings
    if name == "MixMonitor":
        recording.begin(channel, event.appdata.partition(",")[0], event.eventtime)
    elif name == "StopMixMonitor":
        recording.stop(channel, event.eventtime)
    elif name in ROOMS and (channel is call.client or channel is call.main):
        call.queued = True
        call.queue = event.appdata.partition(",")[0] if name == "Queue" else ""
        return
    if call.queue and channel is call.client:
        call.queue = ""


def ends(board: Switchboard, channel: Channel, event: CelEvent, step: Step) -> None:
    """Leave the queue."""
    if event.appname == "Queue" and channel is channel.call.client:
        channel.call.queue = ""


def remember_dialled(channel: Channel, appdata: str, step: Step) -> None:
    """Keep the numbers in Dial's arguments for the trunk legs that follow, or that just appeared."""
    if channel.appdata == appdata:
        return
    channel.appdata = appdata
    targets = appdata.partition(",")[0]
    if "@" not in targets and targets.count("/") < 2:
        return  # a telephone, as most are
    found = [part for text in targets.split("&") if (part := dial_target(text))]
    if found:
        call = channel.call
        call.dialled = found
        for conversation in call.conversations.values() if len(call.conversations) < 20 else ():
            if not conversation.sure and conversation.state is RINGING:
                correct_called(conversation, call, step)


def dial_target(text: str) -> tuple[str, str] | None:
    """Return endpoint and number of one dial string, in the forms of PJSIP, SIP, IAX2 and DAHDI."""
    technology, _, rest = text.partition("/")
    if technology == "Local" or not rest:
        return None
    first, slash, second = rest.partition("/")
    if slash:
        return first, second.removeprefix("sip:").partition("@")[0]
    number, at, endpoint = rest.partition("@")
    return (endpoint, number) if at else None


def is_room(kind: Kind, appname: str) -> bool:
    """Say whether a channel in this application stands in a room."""
    return kind is not LOCAL and appname in ("ConfBridge", "MeetMe")
