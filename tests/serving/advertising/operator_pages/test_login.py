"""Sessions: how they begin, what guards them, how they end."""

import asyncio

import httpx
import pytest

from serving.advertising.gateway.settings import Settings
from serving.advertising.store import audit, operators
from tests.serving.advertising.operator_pages.operator_client import PASSWORD, Operator
from tests.serving.advertising.operator_pages.set_clock import SetClock
from tests.serving.advertising.service import running_service


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
def service(tmp_path, clock):
    with running_service(f"sqlite:///{tmp_path}/store.db", clock=clock) as service:
        yield service


def test_a_wrong_password_and_an_unknown_name_are_told_alike(service, admin):
    wrong = admin.log_in("wrong password")
    admin.name = "nobody"
    unknown = admin.log_in()
    assert wrong.status_code == unknown.status_code == 403
    assert wrong.text.replace("olga", "") == unknown.text.replace("nobody", "")
    assert "set-cookie" not in wrong.headers


def test_five_wrong_passwords_lock_a_login_for_five_minutes(service, admin, clock):
    for _ in range(5):
        assert admin.log_in("wrong password").status_code == 403
    assert admin.log_in().status_code == 403
    clock.now += 299
    assert admin.log_in().status_code == 403
    clock.now += 2
    assert admin.log_in().status_code == 303


def test_a_right_password_forgets_wrong_ones(service, admin, clock):
    kept = service.read(operators.password_hash, "olga")

    def log_in(right):
        return service.write(operators.log_in, "olga", kept, right=right, now=clock.now)

    assert [log_in(False) for _ in range(4)] == [None] * 4
    assert log_in(True)
    assert [log_in(False) for _ in range(4)] == [None] * 4
    assert log_in(True)
    assert [log_in(False) for _ in range(5)] == [None] * 5
    assert log_in(True) is None


def test_a_password_that_changed_while_it_was_looked_at_lets_nobody_in(service, admin):
    kept = service.read(operators.password_hash, "olga")
    service.write(operators.change, "olga", password="another password")
    assert service.write(operators.log_in, "olga", kept, right=True, now=0.0) is None


def test_a_login_is_audited(service, admin):
    admin.log_in()
    [entry] = service.read(audit.latest, 10)
    assert (entry["operator"], entry["action"]) == ("olga", "logged in")


def test_a_session_ends_with_the_logout_and_after_twelve_hours(service, admin, clock):
    assert admin.get("/operator/lifts").status_code == 200
    clock.now += operators.SESSION_SECONDS + 1
    assert admin.get("/operator/lifts").status_code == 303
    admin.log_in()
    session = admin.http.cookies["session"]
    assert admin.post("/operator/logout").headers["location"] == "/operator/login"
    assert "session" not in admin.http.cookies
    admin.http.cookies.set("session", session, domain="127.0.0.1")
    assert admin.get("/operator/lifts").status_code == 303


def test_the_login_leads_to_the_page_that_was_wanted_and_to_no_other_site(service, admin):
    def log_in(wanted):
        fields = {"name": "olga", "password": PASSWORD, "next": wanted}
        return admin.http.post("/operator/login", data=fields).headers["location"]

    assert log_in("/operator/reports?by=hour") == "/operator/reports?by=hour"
    for elsewhere in ("https://example.org/", "//example.org/", "/\\example.org", ""):
        assert log_in(elsewhere) == "/operator/lifts"


def test_whoever_is_logged_out_is_told_so_in_their_own_way(service):
    Operator(service)
    page = service.http.get("/operator/rules?x=1", headers={"Accept": "text/html"})
    assert page.headers["location"] == "/operator/login?next=%2Foperator%2Frules%3Fx%3D1"
    script = service.http.get("/operator/live/lifts")
    assert script.status_code == 401
    assert script.json() == {"detail": "You are logged out; log in again."}
    form = service.http.post("/operator/rules", data={"text": "x"})
    assert form.status_code == 401


def test_a_login_from_another_site_is_refused(service, admin):
    fields = {"name": "olga", "password": PASSWORD}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://example.org"}):
        answer = admin.http.post("/operator/login", data=fields, headers=headers)
        assert answer.status_code == 403
        assert "another site" in answer.text
    own = {"Origin": service.address}
    assert admin.http.post("/operator/login", data=fields, headers=own).status_code == 303


@pytest.mark.parametrize("secure", [True, False])
def test_no_script_reads_the_cookie_and_no_other_site_sends_it(tmp_path, secure):
    settings = Settings(secure_cookies=secure)
    with running_service(f"sqlite:///{tmp_path}/store.db", settings=settings) as service:
        service.write(operators.add, "olga", PASSWORD, "admin")
        fields = {"name": "olga", "password": PASSWORD}
        cookie = service.http.post("/operator/login", data=fields).headers["set-cookie"]
    name, *attributes = cookie.split("; ")
    assert name.startswith("__Host-session=" if secure else "session=")
    assert {"HttpOnly", "Path=/", "SameSite=strict"} <= set(attributes)
    assert ("Secure" in attributes) == secure
    assert not any(attribute.startswith("Domain") for attribute in attributes)


def test_more_logins_than_are_looked_at_at_once_all_succeed(service, admin):
    answers = service.run(_log_in_together(service, 6))
    assert answers == [303] * 6


async def _log_in_together(service, number):
    async with httpx.AsyncClient(base_url=service.address, timeout=20) as http:
        fields = {"name": "olga", "password": PASSWORD}
        posts = [http.post("/operator/login", data=fields) for _ in range(number)]
        return [answer.status_code for answer in await asyncio.gather(*posts)]
