"""Emergency overrides: confirmed, audited, ended."""

import pytest

from tests.serving.advertising.operator_pages.operator_client import Operator
from tests.serving.advertising.operator_pages.page_text import words


@pytest.fixture(autouse=True)
def lifts(service):
    for number in (1, 2, 3):
        group = "south" if number == 3 else "north"
        service.enrol(f"lift-{number}", f"screen-{number}", group=group)
    service.approve("alarm")
    service.refresh()


@pytest.fixture
def approver(service):
    return Operator(service, "anna", "approver")


DRILL = {"scope": "group", "group": "north", "text": "Fire drill\n<b>", "minutes": 15}


def test_what_would_be_shown_where_is_asked_before(service, approver, audited):
    answer = approver.post("/operator/override/confirm", **DRILL)
    said = words(answer)
    assert "Show this on 2 screens now?" in said
    assert "Group north, for 15 minutes" in said
    assert "Fire drill\n&lt;b&gt;" in answer.text
    assert service.gateway.catalog.overrides == []
    assert audited() == []


def test_it_is_in_force_at_once_and_ends_at_once(service, approver, audited):
    page = approver.done("/operator/override", **DRILL)
    [override] = service.gateway.catalog.overrides
    assert (override.group, override.text, override.creative) == ("north", "Fire drill\n<b>", None)
    assert override.ends_at - override.started_at == 900
    assert "Emergency override of group north until" in words(page)
    assert "Fire drill\n&lt;b&gt;" in page
    page = approver.done(f"/operator/override/{override.id}/end")
    assert service.gateway.catalog.overrides == []
    assert "The override of group north has ended." in page
    assert audited() == [
        ("anna", "ended override", "group north", override.id),
        ("anna", "started override", "group north", "15 min: Fire drill\n<b>"),
    ]
    again = approver.post(f"/operator/override/{override.id}/end")
    assert again.status_code == 400
    assert "That override has ended already." in again.text


@pytest.mark.parametrize(
    ("scope", "number"), [({"scope": "all"}, 3), ({"scope": "lift", "lift": "lift-3"}, 1)]
)
def test_a_creative_in_all_lifts_or_one(service, approver, scope, number):
    fields = {**scope, "creative": "alarm", "minutes": 1}
    answer = approver.post("/operator/override/confirm", **fields)
    assert f"Show this on {number} screen" in words(answer)
    approver.done("/operator/override", **fields)
    [override] = service.gateway.catalog.overrides
    assert (override.creative, override.text, override.lift) == ("alarm", None, scope.get("lift"))


def test_a_viewer_sees_it_and_cannot_end_it(service, approver):
    approver.done("/operator/override", **DRILL)
    page = Operator(service, "vera", "viewer").get("/operator/override").text
    assert "Fire drill" in page
    assert "End it now" not in page
    assert "Start one" not in page
