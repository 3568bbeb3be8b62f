"""Operators and the audit log, for admins."""

from serving.advertising.store import audit
from tests.serving.advertising.operator_pages.operator_client import PASSWORD, Operator
from tests.serving.advertising.operator_pages.page_text import words

NEW = {"name": "nina", "password": PASSWORD, "role": "editor"}


def test_an_operator_is_added_and_may_log_in(service, admin, audited):
    assert "nina may log in as editor." in admin.done("/operator/operators", **NEW)
    fields = {"name": "nina", "password": PASSWORD}
    assert service.http.post("/operator/login", data=fields).status_code == 303
    assert audited() == [("olga", "added operator", "nina", "editor")]


def test_another_role_ends_the_sessions(service, admin, audited):
    editor = Operator(service, "eva", "editor")
    admin.done("/operator/operators/eva/role", role="viewer")
    assert editor.get("/operator/lifts").status_code == 303
    assert audited() == [("olga", "changed role of operator", "eva", "viewer")]


def test_another_password_ends_the_sessions(service, admin):
    editor = Operator(service, "eva", "editor")
    admin.done("/operator/operators/eva/password", password="another password")
    assert editor.get("/operator/lifts").status_code == 303
    assert editor.log_in().status_code == 403
    assert editor.log_in("another password").status_code == 303


def test_removal_ends_the_sessions(service, admin):
    editor = Operator(service, "eva", "editor")
    admin.done("/operator/operators/eva/remove")
    assert editor.get("/operator/lifts").status_code == 303


def test_the_last_admin_stays(service, admin, audited):
    Operator(service, "eva", "editor")
    for change, fields in (("remove", {}), ("role", {"role": "editor"})):
        answer = admin.post(f"/operator/operators/olga/{change}", **fields)
        assert answer.status_code == 400
        assert "olga is the last admin; make somebody else admin first." in answer.text
    assert audited() == []
    Operator(service, "ada", "admin")
    admin.post("/operator/operators/olga/remove")
    assert admin.get("/operator/lifts").status_code == 303


def test_ones_own_password(service, audited):
    viewer = Operator(service, "vera", "viewer")
    elsewhere = Operator(service, "other", "viewer")
    wrong = viewer.post("/operator/account", present="wrong", new="another password")
    assert wrong.status_code == 400
    assert "Your present password is another; nothing was changed." in wrong.text
    assert audited() == []
    page = viewer.done("/operator/account", present=PASSWORD, new="another password")
    assert "Your password is changed" in page
    assert elsewhere.get("/operator/account").status_code == 200
    assert viewer.log_in("another password").status_code == 303
    assert audited() == [("vera", "changed own password", "vera", "")]


def test_the_audit_log_is_searched_and_escaped(service, admin):
    for subject in ("lift-1", "<script>alert(1)</script>", "100%"):
        service.write(audit.record, "olga", "switched", subject, now=0.0)
    page = admin.get("/operator/audit").text
    assert "<script>alert" not in page
    assert page.index("100%") < page.index("lift-1")  # the newest first
    found = words(admin.get("/operator/audit?search=LIFT-1"))
    assert "lift-1" in found
    assert "100%" not in found
    assert "100%" in words(admin.get("/operator/audit?search=0%25"))
    assert "No entry is like that." in words(admin.get("/operator/audit?search=nothing"))
