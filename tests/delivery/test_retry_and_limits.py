"""When a request is tried again, and how fast a CRM is asked."""

import pytest

from cordboard.crm.base import (
    AnswerNotUnderstood,
    AuthorizationLost,
    CrmBusy,
    CrmFailing,
    CrmUnreachable,
    RequestRefused,
)
from cordboard.delivery.limits import Bucket
from cordboard.delivery.retry import GiveUp, RetryAt, next_attempt

pytestmark = pytest.mark.thinking

TABLE = [
    (CrmUnreachable(), 1, RetryAt(100.5)),
    (CrmUnreachable(), 2, RetryAt(101.0)),
    (CrmUnreachable(), 5, RetryAt(108.0)),
    (CrmUnreachable(), 5000, RetryAt(130.0)),
    (CrmBusy(pause=60), 1, RetryAt(160.0)),
    (AuthorizationLost(), 1, RetryAt(160.0)),
    (CrmFailing(), 20, RetryAt(400.0)),
    (CrmFailing(), 300, GiveUp("too-many-attempts")),
    (RequestRefused("no"), 1, GiveUp("refused")),
    (AnswerNotUnderstood(), 1, GiveUp("not-understood")),
]


@pytest.mark.parametrize(("error", "attempts", "expected"), TABLE)
def test_next_attempt(error, attempts, expected):
    assert expected == next_attempt(error, attempts, now=100.0)


def test_fifty_requests_leave_at_once_and_then_two_per_second():
    bucket = Bucket(2.0, 50)

    waits = [bucket.reserve(10.0) for _ in range(53)]

    assert [0.0] * 49 == waits[:49]
    assert [0.5, 1.0, 1.5, 2.0] == waits[49:]


def test_a_pause_empties_the_bucket():
    bucket = Bucket(2.0, 50)
    for _ in range(60):
        bucket.reserve(10.0)

    assert 0.0 == bucket.reserve(40.0)


def test_without_a_rate_nobody_waits():
    bucket = Bucket(0.0, 0)

    assert {0.0} == {bucket.reserve(1.0) for _ in range(1000)}


def test_every_error_says_a_sentence_by_itself():
    assert "The CRM cannot be reached; the request will be tried again." == str(CrmUnreachable())
