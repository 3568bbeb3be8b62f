"""Changes that another site makes a browser send."""

import pytest

from serving.advertising.store import lifts
from tests.serving.advertising.operator_pages.operator_client import Operator
from tests.serving.advertising.service import running_service


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with running_service(f"sqlite:///{tmp_path_factory.mktemp('forgery')}/store.db") as service:
        service.enrol()
        yield service


@pytest.fixture(scope="module")
def admin(service):
    return Operator(service)


@pytest.fixture(autouse=True)
def switched_on(service):
    service.write(lifts.switch, "lift-1", enabled=True)


def enabled(service):
    return service.read(lifts.find, "lift-1")["enabled"]


def switch_off(operator, csrf, **headers):
    fields = {"recognition": "off"} | ({} if csrf is None else {"csrf": csrf})
    return operator.http.post("/operator/lifts/lift-1/switch", data=fields, headers=headers)


def test_a_form_without_its_token_changes_nothing(service, admin):
    for csrf in (None, "", "0" * 64, "ü"):
        answer = switch_off(admin, csrf)
        assert answer.status_code == 403
        assert "The form is of another session" in answer.text
    assert enabled(service)


def test_a_token_of_another_session_changes_nothing(service, admin):
    other = Operator(service, "other")
    assert switch_off(admin, other.csrf).status_code == 403
    assert enabled(service)


def test_another_site_changes_nothing_even_with_the_token(service, admin):
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://example.org"},
        {"Origin": "null"},
    ):
        assert switch_off(admin, admin.csrf, **headers).status_code == 403
    assert enabled(service)


@pytest.mark.parametrize("own", ["Sec-Fetch-Site", "Origin", None])
def test_a_page_of_ones_own_changes_it(service, admin, own):
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": service.address}
    sent = {own: headers[own]} if own else {}
    assert switch_off(admin, admin.csrf, **sent).status_code == 303
    assert not enabled(service)


def test_multipart_is_not_read_since_it_would_be_spooled(service, admin):
    fields = {"csrf": admin.csrf, "recognition": "off"}
    answer = admin.http.post(
        "/operator/lifts/lift-1/switch", data=fields, files={"file": b"x" * 2_000_000}
    )
    assert answer.status_code == 415
    assert enabled(service)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"csrf=%ff", 400),
        (b"\xff=1", 400),
        (b"&".join(b"a=1" for _ in range(200)), 400),
        (b"a=" + b"x" * (5 << 20), 413),
    ],
)
def test_forms_that_cannot_be_read(admin, body, status):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = admin.http.post("/operator/lifts/lift-1/switch", content=body, headers=headers)
    assert answer.status_code == status


def test_pages_tell_browsers_to_guard_them(admin):
    headers = admin.get("/operator/lifts").headers
    policy = headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe-inline" not in policy
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
