"""The notice for the lift's door."""

import pytest

from serving.advertising.gateway.settings import Settings
from serving.advertising.operator_pages.attribute_words import in_words
from tests.serving.advertising.operator_pages.page_text import words
from tests.serving.advertising.service import SCHEMA, running_service

SETTINGS = Settings(
    operator="northgate Ltd <Berlin>",
    contact="privacy@example.org",
    legal_basis="our legitimate interest",
    retention_days=30,
    secure_cookies=False,
)


@pytest.fixture
def service(tmp_path):
    with running_service(f"sqlite:///{tmp_path}/store.db", settings=SETTINGS) as service:
        yield service


def test_it_says_what_rules_in_force_ask_for_and_what_the_operator_states(service):
    service.approve("house", "pram", "van", "toy")
    toys = "  toys: {creatives: [toy], when: {someone: child}}\n"  # which the policy refuses
    service.put_in_force(SCHEMA + toys)
    answer = service.http.get("/notice")
    assert answer.status_code == 200
    said = words(answer)
    assert "Northgate Ltd <Berlin>. Questions and objections: privacy@example.org" in said
    assert "Legal basis: our legitimate interest." in said
    assert "Kept for 30 days" in said
    assert "if they were at least 2." in said
    assert (
        "estimates: how many people are there, whether someone is a courier, "
        "whether someone holds a baby. From this it chooses" in said
    )
    assert "child" not in said
    assert "You may object:" in said


def test_it_changes_with_the_rules(service):
    service.approve("house")
    service.put_in_force("timezone: UTC\ndefault_playlist: [house]\ncampaigns: {}\n")
    said = words(service.http.get("/notice"))
    assert "estimates: how many people are there. From this it chooses" in said


def test_an_attribute_without_words_of_its_own():
    assert in_words("red_hat") == "whether someone shows “red hat”"
