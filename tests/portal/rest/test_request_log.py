"""The request log is bounded: by number, by bytes, by the length of one body."""

from cordboard.portal.rest.request_log import BUDGET, KEEP, LONGEST_BODY, Body, Entry, RequestLog


def entry(log: RequestLog, body: bytes = b"") -> Entry:
    made = Entry(log.new_id(), 0, "POST", "http", "/rest/1/code/profile", b"", (), "192.0.2.1")
    made.body.add(body)
    log.keep(made)
    return made


def test_only_the_newest_are_kept() -> None:
    log = RequestLog()

    for _ in range(KEEP + 5):
        entry(log)

    kept = [one.id for one in log.newest_first()]
    assert (KEEP, KEEP + 5, 6) == (len(kept), kept[0], kept[-1])
    assert log.find(5) is None


def test_large_bodies_push_old_ones_out_before_the_number_is_reached() -> None:
    log = RequestLog()

    for _ in range(KEEP):
        entry(log, b"x" * LONGEST_BODY)

    assert BUDGET // LONGEST_BODY == len(list(log.newest_first()))


def test_of_a_long_body_the_beginning_and_the_length_are_kept() -> None:
    body = Body()

    for _ in range(3):
        body.add(b"y" * (LONGEST_BODY // 2 + 1))

    assert (LONGEST_BODY, 3 * (LONGEST_BODY // 2 + 1), False) == (len(body.kept), body.size, body.whole)


def test_an_emptied_log_counts_on() -> None:
    log = RequestLog()
    first = entry(log, b"x" * 100)
    log.clear()

    second = entry(log)

    assert (first.id + 1, [second.id]) == (second.id, [one.id for one in log.newest_first()])
