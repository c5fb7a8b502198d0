"""Live states of calls: the newest counts, an early one waits ten seconds for its registration."""

from cordboard.portal.live import COMMANDS, LONGEST_REASON, CallLive, LiveCalls

SECOND = 1_000_000


def state(seq: int, place: str, *, call_id: str = "c1", at: int = 0, joined: bool = True) -> CallLive:
    return CallLive("main", "1.1", seq, call_id, {"PLACE": place}, at, joined)


def test_an_older_state_changes_nothing() -> None:
    live = LiveCalls()

    assert live.tell(state(2, "talking"))
    assert not live.tell(state(1, "ringing"))

    found = live.get("c1")
    assert found is not None
    assert "talking" == found.place


def test_an_early_state_is_joined_by_its_registration() -> None:
    live = LiveCalls()
    live.tell(state(1, "ringing", joined=False))

    assert live.get("c1") is None
    assert live.join("c1")
    assert live.get("c1") is not None


def test_an_early_state_is_dropped_after_ten_seconds() -> None:
    live = LiveCalls()
    live.tell(state(1, "ringing", joined=False))

    live.tell(CallLive("main", "2.2", 1, "c2", {"PLACE": "menu"}, 11 * SECOND))

    assert not live.join("c1")


def test_a_finished_call_is_forgotten() -> None:
    live = LiveCalls()
    live.tell(state(1, "talking"))

    live.forget("c1")

    assert live.get("c1") is None
    assert [] == live.all()


def test_a_call_in_the_menu_is_seen_before_it_is_registered() -> None:
    live = LiveCalls()
    live.tell(state(1, "menu", call_id=""))

    assert ["menu"] == [call.place for call in live.all()]
    live.tell(state(2, "ended", call_id=""))
    assert [] == live.all()


def test_of_failed_commands_only_the_latest_are_remembered_and_of_a_reason_its_beginning() -> None:
    live = LiveCalls()

    for number in range(COMMANDS + 10):
        live.command_failed(f"command {number}", "x" * 100_000)

    assert COMMANDS == len(live.failed_commands)
    assert f"command {COMMANDS + 9}" in live.failed_commands
    assert {LONGEST_REASON} == {len(reason) for reason in live.failed_commands.values()}
