"""The first operator, let in once by the token that the gateway printed."""

from tests.serving.advertising.operator_pages.operator_client import PASSWORD, Operator
from tests.serving.advertising.service import running_service


def set_up(service, token, name="first", password=PASSWORD):
    fields = {"token": token, "name": name, "password": password}
    return service.http.post("/operator/setup", data=fields)


def test_an_empty_store_leads_to_the_setup(service):
    assert service.http.get("/").headers["location"] == "/operator/lifts"
    page = service.http.get("/operator/lifts", headers={"Accept": "text/html"})
    assert page.headers["location"] == "/operator/login?next=%2Foperator%2Flifts"
    assert service.http.get("/operator/login").headers["location"] == "/operator/setup"
    assert "Setup token" in service.http.get("/operator/setup").text


def test_the_first_operator_is_an_admin_who_is_logged_in(service, audited):
    answer = set_up(service, service.gateway.setup_token)
    assert (answer.status_code, answer.headers["location"]) == (303, "/operator/lifts")
    assert service.http.get("/operator/operators").status_code == 200
    assert audited() == [("first", "set up", "first", "")]


def test_another_token_sets_up_nobody(service):
    for token in ("", "guess", service.gateway.setup_token + "x"):
        assert set_up(service, token).status_code == 403
    assert service.http.get("/operator/login").headers["location"] == "/operator/setup"


def test_a_short_password_is_refused_and_the_form_kept(service):
    answer = set_up(service, service.gateway.setup_token, password="short")
    assert answer.status_code == 400
    assert "The password has 5 characters; expected 12 or more." in answer.text
    assert 'value="first"' in answer.text
    assert set_up(service, service.gateway.setup_token).status_code == 303


def test_it_closes_for_ever(service):
    token = service.gateway.setup_token
    set_up(service, token)
    assert service.gateway.setup_token is None
    assert set_up(service, token, name="second").status_code == 403
    assert service.http.get("/operator/setup").headers["location"] == "/operator/login"


def test_a_token_of_another_gateway_is_void_once_there_is_an_operator(service):
    Operator(service)  # added by another gateway; this one still has its token
    answer = set_up(service, service.gateway.setup_token)
    assert answer.status_code == 400
    assert "There is an operator already; log in." in answer.text


def test_a_gateway_that_finds_operators_has_no_token(tmp_path):
    url = f"sqlite:///{tmp_path}/store.db"
    with running_service(url) as service:
        Operator(service)
    with running_service(url) as service:
        assert service.gateway.setup_token is None
