"""The CMS's contract: what it takes, and what it says of what it does not."""

import asyncio

import httpx
import pytest

from graftnet_tf.errors import GraftNetError
from serving.advertising.xibo.cms import Cms
from serving.advertising.xibo.cms_error import CmsError
from serving.advertising.xibo.criteria import Criterion
from serving.advertising.xibo.settings import XiboSettings
from tests.serving.advertising.xibo.fake_cms import CLIENT_ID, CLIENT_SECRET, FakeCms, Pushed
from tests.serving.advertising.xibo.fake_time import FakeTime

BABY = [Criterion("graftnet_holding_baby", "1")]


def session(cms, calls, *, url="https://cms.example", secret=CLIENT_SECRET, time=None):
    """Runs calls, functions of a client, one after the other."""
    settings = XiboSettings(url, CLIENT_ID, secret, {"lift-1": 1}, ttl=30)
    clock = (time or FakeTime()).clock

    async def run():
        async with httpx.AsyncClient(base_url=url, transport=cms.transport) as http:
            client = Cms(settings, http, clock)
            for call in calls:
                await call(client)

    asyncio.run(run())


def push(group=1, criteria=BABY):
    return lambda client: client.push(group, criteria)


def test_criteria_reach_the_group_with_their_ttl():
    cms = FakeCms()
    both = [*BABY, Criterion("graftnet audience & more", "two = 2 ü")]
    session(cms, [push(2, both)])
    values = {"graftnet_holding_baby": ("1", 30), "graftnet audience & more": ("two = 2 ü", 30)}
    assert cms.pushed == [Pushed(2, values)]


@pytest.mark.parametrize("url", ["https://cms.example/xibo", "https://cms.example/xibo/"])
def test_a_cms_may_be_below_a_path(url):
    cms = FakeCms()
    session(cms, [push()], url=url)
    assert len(cms.pushed) == 1


def test_a_token_is_used_until_shortly_before_its_end():
    cms, time = FakeCms(), FakeTime()

    async def wait(_, seconds):
        time.now += seconds

    session(cms, [push(), lambda _: wait(_, 3539), push()], time=time)
    assert len(cms.tokens) == 1
    session(cms, [push(), lambda _: wait(_, 3541), push()], time=time)
    assert len(cms.tokens) == 3
    cms.expires_in = 10
    session(
        cms, [push(), lambda _: wait(_, 8.9), push(), lambda _: wait(_, 0.2), push()], time=time
    )
    assert len(cms.tokens) == 5


def test_a_token_that_is_not_taken_is_fetched_anew_once():
    cms = FakeCms()

    async def revoke(_):
        cms.revoke()

    session(cms, [push(), revoke, push()])
    assert len(cms.pushed) == 2
    assert cms.requests == 3
    cms.status = 401
    cms.requests = 0
    with pytest.raises(CmsError, match=r"status 401") as told:
        session(cms, [push()])
    assert cms.requests == 2
    assert not told.value.is_of_group


def test_a_wrong_secret_is_told_and_not_shown():
    with pytest.raises(
        CmsError, match=r"gives application application no token \(status 401\)"
    ) as e:
        session(FakeCms(), [push()], secret="wrong secret")
    assert "wrong secret" not in str(e.value)
    assert not e.value.is_of_group


@pytest.mark.parametrize("expires_in", [None, "soon", {}])
def test_an_answer_without_a_token_is_told(expires_in):
    cms = FakeCms()
    cms.expires_in = expires_in
    with pytest.raises(CmsError, match=r"status 200 and no token\. See whether https://cms"):
        session(cms, [push()])


def test_an_unknown_group_is_told():
    with pytest.raises(CmsError, match=r"group 7: status 404 \(Not Found\)\. Correct the number"):
        session(FakeCms(), [push(7)])


def test_a_group_of_others_is_told():
    cms = FakeCms()
    cms.forbidden = {1}
    with pytest.raises(CmsError, match=r"group 1: status 403 \(Access Denied\)\. Share") as told:
        session(cms, [push(1)])
    assert told.value.is_of_group


def test_a_display_that_cannot_be_reached_is_told():
    cms = FakeCms()
    cms.unready = {1}
    with pytest.raises(
        CmsError, match=r"ready to receive push commands\)\. See in the CMS"
    ) as told:
        session(cms, [push(1)])
    assert told.value.is_of_group


@pytest.mark.parametrize("status", [302, 502, 503])
def test_a_cms_that_is_away_fails_for_all_groups(status):
    cms = FakeCms()
    cms.status = status
    with pytest.raises(CmsError, match=rf"status {status}\. See whether the address") as told:
        session(cms, [push()])
    assert not told.value.is_of_group


def test_a_cms_that_cannot_be_reached_is_told():
    cms = FakeCms()
    cms.down = True
    with pytest.raises(CmsError, match=r"https://cms\.example cannot be reached \(ConnectError\)"):
        session(cms, [push()])


@pytest.mark.parametrize("value", ["0", "", "<b>", "1<2", "\0", None, 1])
def test_what_the_cms_would_not_take_is_refused_here(value):
    with pytest.raises(GraftNetError, match=r"Xibo's value is .*; expected a text without '<'"):
        Criterion("metric", value)


def test_the_cms_does_not_take_zero():
    """Why values are checked before: a fault of the CMS tells nothing and would be repeated."""
    cms, zero = FakeCms(), Criterion("metric", "1")
    object.__setattr__(zero, "value", "0")
    with pytest.raises(CmsError, match=r"status 500 \(Unexpected Error, please contact support\)"):
        session(cms, [push(1, [zero])])


def test_metrics_are_bounded():
    Criterion("m" * 100, "1")
    with pytest.raises(GraftNetError, match=r"has 101 characters; expected at most 100\."):
        Criterion("m" * 101, "1")
    with pytest.raises(GraftNetError, match=r"Xibo's metric is ''"):
        Criterion("", "1")
