"""Recording: the files that MixMonitor writes, and which of them hold the client's talk (decisions 11).

In:   MixMonitor and StopMixMonitor on any channel of a call.
Out:  the files that make the one recording of the call, in order of their beginnings.

The file on the client's channel wins, since it holds everything the client heard; one whose time lies within, or
crosses, another that was taken is left out. What colleagues said without the client is never taken: of another
channel only a file counts whose channel met the client, or of a Local half one begun before anybody had talked (a
later one is a consultation).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from cordboard.calls.channel import LOCAL

if TYPE_CHECKING:
    from cordboard.calls.call import Call
    from cordboard.calls.channel import Channel


class Recording(msgspec.Struct, eq=False):
    """A file, the channel it is heard from, and its time in microseconds."""

    file: str
    channel: Channel
    start: int
    end: int = 0  #: 0: until its channel ends


def begin(channel: Channel, file: str, at: int) -> None:
    """A file is begun on a channel; the same name again goes on with the same file."""
    if file and all(known.file != file for known in channel.call.records):
        channel.call.records.append(Recording(file, channel, at))


def stop(channel: Channel, at: int) -> None:
    """The dial plan stops the recording of a channel."""
    for recording in channel.call.records:
        if recording.channel is channel and not recording.end:
            recording.end = at


def one_file(call: Call) -> list[str]:
    """The files that are joined to the recording of the call."""
    own = [recording for recording in call.records if is_clients(call, recording.channel)]
    others = [recording for recording in call.records if recording not in own and met_client(call, recording)]
    taken: list[Recording] = []
    for recording in (*sorted(own, key=start_of), *sorted(others, key=start_of)):
        if not any(cross(call, recording, other) for other in taken):
            taken.append(recording)
    return [recording.file for recording in sorted(taken, key=start_of)]


def start_of(recording: Recording) -> int:
    return recording.start


def is_clients(call: Call, channel: Channel) -> bool:
    """The client's channel; of a call from inside also the employee's, who hears the same from the beginning."""
    return channel is call.client or (channel is call.main and call.dialled_in is None)


def met_client(call: Call, recording: Recording) -> bool:
    channel = recording.channel
    if channel.kind is LOCAL:
        return bool(call.talks) and recording.start <= min(talk.start for talk in call.talks)
    conversation = call.conversations.get(channel.uniqueid)
    return conversation is not None and conversation.answered


def cross(call: Call, one: Recording, other: Recording) -> bool:
    return one.start < end_of(call, other) and other.start < end_of(call, one)


def end_of(call: Call, recording: Recording) -> int:
    """When it stopped, or its channel ended; while both go on, the last that is known of the call."""
    return recording.end or recording.channel.end or max(call.end, call.last_row, recording.start + 1)
