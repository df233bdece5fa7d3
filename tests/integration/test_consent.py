"""participants.consent: the value that the participant gave last, whatever the clocks of the devices say."""

import time
from typing import Any
from uuid import uuid4

import pytest

from tests.support.running import RunningStack
from tests.support.sending import envelope, post
from tests.support.tables import stored

T0 = 1_767_225_600_000


@pytest.fixture
def user() -> str:
    return f"consent-{uuid4()}"


def test_consent_is_the_value_given_last(stack: RunningStack, user: str) -> None:
    url, page = f"{stack.analytics_url}/analytics", str(uuid4())
    query = "SELECT 1 FROM participants WHERE user_id = %(user)s AND consent IS "
    granted = [{"name": "consent", "granted": True, "seq": 0, "timestamp": T0}]
    post(url, envelope(granted, user, page_id=page))
    stack.wait_for(query + "TRUE", user=user)
    post(url, envelope([{"name": "consent", "granted": False, "seq": 2, "timestamp": T0 + 9}], user, page_id=page))
    stack.wait_for(query + "FALSE", user=user)
    delayed = [{"name": "consent", "granted": True, "seq": 1, "timestamp": T0 + 5}]
    post(url, envelope(delayed, user, page_id=page, sent_at=T0 + 5))  # as if it had been given at this moment
    stored(stack, "raw_actions", user, 3)
    assert stack.rows(query + "FALSE", user=user)


def consent(user: str, granted: bool, waited_s: float = 0, ahead_s: float = 0, set_back_s: float = 0) -> dict[str, Any]:
    """A batch from a new page with a consent given `waited_s` ago; its clock is ahead, or set back before sending."""
    given_at = (time.time() + ahead_s - waited_s) * 1000
    sent_at = (time.time() + ahead_s - set_back_s) * 1000
    return envelope([{"name": "consent", "granted": granted, "timestamp": given_at}], user, sent_at=sent_at)


@pytest.mark.parametrize(
    "consents",
    [
        ({"granted": True, "ahead_s": 3600}, {"granted": False}),
        ({"granted": True}, {"granted": False, "ahead_s": -3600}),
        ({"granted": True, "set_back_s": 3600}, {"granted": False}),
        ({"granted": False, "waited_s": 30, "ahead_s": -3600}, {"granted": True, "waited_s": 60}),
    ],
    ids=["first ahead", "second behind", "first set back", "first sent last"],
)
def test_consent_does_not_depend_on_wrong_clocks(
    stack: RunningStack, user: str, consents: tuple[dict[str, Any], ...]
) -> None:
    """Two devices: consent was granted on one and later refused on the other."""
    for number, fields in enumerate(consents, 1):
        post(f"{stack.analytics_url}/analytics", consent(user, **fields))
        stored(stack, "raw_actions", user, number)
    (person,) = stack.rows("SELECT consent, consent_at < now() AS past FROM participants WHERE user_id = %(u)s", u=user)
    assert person == {"consent": False, "past": True}
