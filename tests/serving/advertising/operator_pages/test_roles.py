"""Each page asks for a role and says which; who has a smaller one changes nothing."""

import pytest

from serving.advertising.operator_pages import pages
from serving.advertising.store.roles import ROLES
from tests.serving.advertising.operator_pages.operator_client import Operator
from tests.serving.advertising.service import running_service

PAGES = {
    "/operator/lifts": "viewer",
    "/operator/lifts/lift-1": "viewer",
    "/operator/live/lifts": "viewer",
    "/operator/live/lifts/lift-1": "viewer",
    "/operator/rules": "viewer",
    "/operator/creatives": "viewer",
    "/operator/creatives/house/content": "viewer",
    "/operator/reports": "viewer",
    "/operator/reports/plays.csv?from=2026-01-01&to=2026-01-01": "viewer",
    "/operator/screens": "viewer",
    "/operator/override": "viewer",
    "/operator/account": "viewer",
    "/operator/operators": "admin",
    "/operator/audit": "admin",
}
CHANGES = {
    "/operator/rules": "editor",
    "/operator/rules/dry-run": "editor",
    "/operator/creatives": "editor",
    "/operator/creatives/house/verdict": "approver",
    "/operator/lifts/lift-1/switch": "approver",
    "/operator/override/confirm": "approver",
    "/operator/override": "approver",
    "/operator/override/x/end": "approver",
    "/operator/lifts": "admin",
    "/operator/lifts/lift-1/belonging": "admin",
    "/operator/lifts/lift-1/token": "admin",
    "/operator/lifts/lift-1/remove": "admin",
    "/operator/screens": "admin",
    "/operator/screens/screen-1/token": "admin",
    "/operator/screens/screen-1/remove": "admin",
    "/operator/operators": "admin",
    "/operator/operators/viewer/role": "admin",
    "/operator/operators/viewer/password": "admin",
    "/operator/operators/viewer/remove": "admin",
}


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('roles')}/store.db"
    with running_service(url) as service:
        service.enrol()
        service.approve("house")
        yield service


@pytest.fixture(scope="module")
def operators(service):
    return {role: Operator(service, role, role) for role in ROLES}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_sees_its_pages(operators, role):
    for path, needed in PAGES.items():
        answer = operators[role].get(path)
        allowed = ROLES.index(role) >= ROLES.index(needed)
        assert answer.status_code == (200 if allowed else 403), path
        if not allowed:
            assert f"Your role is {role}; this needs {needed}" in answer.text


@pytest.mark.parametrize("role", ROLES[:-1])
def test_too_small_a_role_changes_nothing(service, operators, audited, role):
    before = audited()
    for path, needed in CHANGES.items():
        if ROLES.index(role) < ROLES.index(needed):
            answer = operators[role].post(path)
            assert answer.status_code == 403, path
            assert f"this needs {needed}" in answer.text
    assert audited() == before


def test_every_change_asks_for_a_login(service):
    for path in CHANGES:
        assert service.http.post(path).status_code == 401, path


def test_every_route_of_the_pages_is_in_these_tables():
    public = {"/operator/", "/operator/login", "/operator/setup", "/operator/logout"}
    known = {path.partition("?")[0] for path in (*PAGES, *CHANGES)} | public
    names = {"lift-1": "{name}", "screen-1": "{name}", "viewer": "{name}", "house": "{name}"}
    names["x"] = "{identifier}"
    known = {"/".join(names.get(part, part) for part in path.split("/")) for path in known}
    routes = [route.path for page in pages.PAGES for route in page.router.routes]
    assert {path for path in routes if path.startswith("/operator/")} == known


def test_what_a_role_may_not_do_is_not_offered(operators):
    viewer, approver = operators["viewer"], operators["approver"]
    assert "Switch off" not in viewer.get("/operator/lifts").text
    assert "Switch off" in approver.get("/operator/lifts").text
    assert "Enrol a lift" not in approver.get("/operator/lifts").text
    assert "readonly" in viewer.get("/operator/rules").text
    assert "Dry run" not in viewer.get("/operator/rules").text
    assert "Audit log" not in approver.get("/operator/lifts").text
