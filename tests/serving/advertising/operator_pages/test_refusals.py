"""What cannot be done is told in one line, and changes nothing."""

import io

import pytest
from PIL import Image

from serving.advertising.gateway.settings import Settings
from tests.serving.advertising.operator_pages.operator_client import PASSWORD, Operator
from tests.serving.advertising.operator_pages.page_text import words
from tests.serving.advertising.service import SCHEMA, running_service

LIMIT = 1 << 20


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('refusals')}/store.db"
    settings = Settings(upload_bytes=LIMIT, secure_cookies=False)
    with running_service(url, settings=settings) as service:
        service.enrol(group="north")
        service.approve("house", "pram", "van", "alarm")
        service.put_in_force()
        yield service


@pytest.fixture(scope="module")
def admin(service):
    return Operator(service)


@pytest.fixture(autouse=True)
def unchanged(service, audited):
    """Nothing is done in any of these tests."""
    text, creatives = service.gateway.catalog.text, set(service.gateway.catalog.creatives)
    yield
    service.refresh()
    catalog = service.gateway.catalog
    assert audited() == []
    assert (catalog.text, set(catalog.creatives), catalog.overrides) == (text, creatives, [])


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": ""}, "Name: '' does not fit; write up to 64 letters"),
        ({"name": "../etc"}, "Name: '../etc' does not fit"),
        ({"name": "lift-2", "time_zone": "Mars/Base"}, "Mars/Base is no time zone"),
        ({"name": "lift-2", "tags": "<b>"}, "Tags: '<b>' does not fit"),
        ({"name": "lift-1"}, "There is a lift lift-1 already; choose another name."),
        ({}, "Name is empty; fill it in."),
    ],
)
def test_lifts(admin, fields, said):
    answer = admin.post("/operator/lifts", group="north", **fields)
    assert answer.status_code == 400
    assert said in words(answer)
    assert 'value="north"' in answer.text  # the form is kept


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "screen-2", "lift": "none"}, "There is no lift none; enrol it first."),
        ({"name": "screen-1", "lift": "lift-1"}, "There is a screen screen-1 already"),
    ],
)
def test_screens(admin, fields, said):
    answer = admin.post("/operator/screens", **fields)
    assert answer.status_code == 400
    assert said in words(answer)


@pytest.mark.parametrize("change", ["token", "remove"])
@pytest.mark.parametrize("kind", ["lift", "screen"])
def test_what_is_not_there(admin, kind, change):
    answer = admin.post(f"/operator/{kind}s/none/{change}", token="rotate")
    assert answer.status_code == 400
    assert f"There is no {kind} none." in words(answer)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[van]", "[vam]", "vam is no creative; did you mean van?"),
        ("holding_baby", "holding_bag", "holding_bag is no attribute of the served model"),
        ("timezone: UTC", "timezone: Mars", "Line 2 , timezone : Mars is no time zone"),
        ("[house]", "*house", "aliases (*name) are not read; write it out"),
    ],
)
def test_rules(admin, old, new, said):
    answer = admin.post("/operator/rules", text=SCHEMA.replace(old, new), revision=1)
    assert answer.status_code == 422
    assert said in words(answer)


def png():
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "query", "status", "said"),
    [
        (b"no picture", {"name": "x", "seconds": 8}, 400, "The file is"),
        (png()[:60], {"name": "x", "seconds": 8}, 400, "damaged"),
        (png(), {"name": "x"}, 400, "The image has no time to be shown"),
        (png(), {"name": "x", "seconds": 1000}, 400, "1000 s"),
        (png(), {"name": "x", "seconds": "long"}, 400, "Seconds should be a valid number"),
        (png(), {"name": "../x", "seconds": 8}, 400, "Name: '../x' does not fit"),
        (png(), {"seconds": 8}, 400, "Name is empty"),
        (png(), {"name": "house", "seconds": 8}, 409, "There is a creative house already"),
        (b"x" * (LIMIT + 1), {"name": "x", "seconds": 8}, 413, "larger than 1 MiB"),
    ],
)
def test_uploads(admin, content, query, status, said):
    answer = admin.send("/operator/creatives", content=content, params=query)
    assert answer.status_code == status
    assert said in answer.json()["detail"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"minutes": 0}, "Minutes should be greater than or equal to 1."),
        ({"minutes": 721}, "Minutes should be less than or equal to 720."),
        ({"text": "x" * 301}, "Text should have at most 300 characters."),
        ({"text": " "}, "Give a text or a creative, one of the two."),
        ({"creative": "alarm"}, "Give a text or a creative, one of the two."),
        ({"text": "", "creative": "none"}, "none is no approved creative."),
        ({"group": ""}, "Say which group."),
        ({"group": "west"}, "There is no group west."),
        ({"scope": "lift"}, "Say which lift."),
        ({"scope": "lift", "lift": "none"}, "There is no lift none."),
        ({"scope": "world"}, "Scope should be"),
    ],
)
def test_overrides(admin, fields, said):
    drill = {"scope": "group", "group": "north", "text": "Fire drill", "minutes": 15}
    for path in ("/operator/override/confirm", "/operator/override"):
        answer = admin.post(path, **{**drill, **fields})
        assert answer.status_code == 400
        assert said in words(answer)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "olga"}, "There is an operator olga already; choose another name."),
        ({"password": "short"}, "The password has 5 characters; expected 12 or more."),
        ({"role": "king"}, "Role should be"),
        ({"name": "n n"}, "Name: 'n n' does not fit"),
    ],
)
def test_operators(admin, fields, said):
    new = {"name": "nina", "password": PASSWORD, "role": "editor"}
    answer = admin.post("/operator/operators", **{**new, **fields})
    assert answer.status_code == 400
    assert said in words(answer)
    assert PASSWORD not in answer.text
