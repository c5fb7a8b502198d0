"""Questions about what follows the finish of a call: its recording, and what reminds of a missed one.

The same rules as in `questions.py`; they stand apart because nothing of a call waits for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec

from cordboard.flow.questions import Done, Params, Priority, Question, Refused, Repeat


class Found(msgspec.Struct, frozen=True, tag="found", omit_defaults=True):
    """The recording is there and complete."""

    path: str
    #: parts that never came, or could not be joined
    words: str = ""


class Made(msgspec.Struct, frozen=True, tag="made", omit_defaults=True):
    """The file as it is sent."""

    path: str
    name: str
    #: from where it can be fetched, "" where it is not served
    link: str = ""


class Missing(msgspec.Struct, frozen=True, tag="missing"):
    """There is none, and none is waited for any more."""

    words: str


@dataclass(frozen=True, slots=True)
class FindRecording(Question):
    """Where is the recording of this call? Waits until it is complete, or long enough."""

    #: as the exchange named them, in order; empty: they are looked for by the template
    files: tuple[str, ...]
    linkedid: str
    #: of the conversations
    uniqueids: tuple[str, ...]
    #: ISO 8601 with the PBX's offset
    start: str
    source: str
    destination: str
    #: microseconds since the epoch
    ended_at: int

    answer: ClassVar[Any] = Found | Missing


@dataclass(frozen=True, slots=True)
class MakeRecording(Question):
    """Make the file that is sent: of the wanted format, with a link where the CRM shall fetch it."""

    path: str

    answer: ClassVar[Any] = Made | Missing


@dataclass(frozen=True, slots=True)
class AttachRecord(Question):
    """Give the recording to the CRM. A second file replaces the first."""

    params: Params
    #: "" where the parameters say from where it is fetched
    path: str = ""
    #: by a second request to an address that the CRM gives
    by_upload: bool = False

    repeat: ClassVar[Repeat] = Repeat.HARMLESS
    priority: ClassVar[Priority] = Priority.RECORD
    answer: ClassVar[Any] = Done | Refused


# --- missed calls ---------------------------------------------------------------------------------------------------


class Reminder(msgspec.Struct, frozen=True, tag="reminder", omit_defaults=True):
    """What reminds of a missed call until somebody has talked with the client."""

    #: EXTERNAL_CALL_ID of the call that was missed first
    mark: str
    task_id: str = ""
    #: who was told by a notice, 0 for nobody
    notified: int = 0


class TaskCreated(msgspec.Struct, frozen=True, tag="task"):
    """The CRM has a task."""

    id: str


@dataclass(frozen=True, slots=True)
class OpenReminder(Question):
    """May this call remind of its client, or does an earlier one? Answers the reminder that counts.

    One with an empty mark: the call is too long ago for anybody to be reminded of it.
    """

    client: str
    mark: str
    #: when the call was missed, in microseconds since the epoch
    at: int

    answer: ClassVar[Any] = Reminder


@dataclass(frozen=True, slots=True)
class KeepReminder(Question):
    """Remember what was made. Answers whether the client was reached in the meantime: then it is undone at once."""

    reminder: Reminder

    answer: ClassVar[Any] = bool


@dataclass(frozen=True, slots=True)
class FindReminders(Question):
    """What reminds of this client? Those whose making is still under way are told that it is not needed."""

    client: str
    #: when somebody talked with them: what was missed later still reminds
    at: int

    answer: ClassVar[Any] = tuple[Reminder, ...]


@dataclass(frozen=True, slots=True)
class CloseReminder(Question):
    """The client was reached, or nothing could be made: the next missed call may remind again."""

    mark: str

    answer: ClassVar[Any] = Done


@dataclass(frozen=True, slots=True)
class CreateTask(Question):
    """Make a task. Made twice it would be two, so after a lost answer it is looked for by its mark."""

    params: Params
    mark: str

    repeat: ClassVar[Repeat] = Repeat.SETTLED_BY_LOOKING
    priority: ClassVar[Priority] = Priority.FINISH
    answer: ClassVar[Any] = TaskCreated | Refused


@dataclass(frozen=True, slots=True)
class CompleteTask(Question):
    """A task is done."""

    task_id: str

    repeat: ClassVar[Repeat] = Repeat.HARMLESS
    priority: ClassVar[Priority] = Priority.FINISH
    answer: ClassVar[Any] = Done | Refused


@dataclass(frozen=True, slots=True)
class Notify(Question):
    """A line in a user's notifications; a second one of the same tag replaces the first."""

    params: Params

    repeat: ClassVar[Repeat] = Repeat.HARMLESS
    priority: ClassVar[Priority] = Priority.FINISH
    answer: ClassVar[Any] = Done | Refused


@dataclass(frozen=True, slots=True)
class Unnotify(Question):
    """Take the notifications of a tag away."""

    tag: str

    repeat: ClassVar[Repeat] = Repeat.HARMLESS
    priority: ClassVar[Priority] = Priority.FINISH
    answer: ClassVar[Any] = Done | Refused


@dataclass(frozen=True, slots=True)
class TellPart(Question):
    """One employee's part of a talk, as a call of its own: registered and finished."""

    #: EXTERNAL_CALL_ID of the part
    mark: str
    register: Params
    #: without the id of the call
    finish: Params

    repeat: ClassVar[Repeat] = Repeat.SETTLED_BY_LOOKING
    priority: ClassVar[Priority] = Priority.FINISH
    answer: ClassVar[Any] = Done | Refused


KINDS: dict[str, type[Question]] = {
    kind.__name__: kind
    for kind in (
        FindRecording,
        MakeRecording,
        AttachRecord,
        OpenReminder,
        KeepReminder,
        FindReminders,
        CloseReminder,
        CreateTask,
        CompleteTask,
        Notify,
        Unnotify,
        TellPart,
    )
}
