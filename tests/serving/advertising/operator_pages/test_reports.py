"""Reports: plays added up by hand, and the CSV of all of them."""

import contextlib
import csv
import io
import uuid

import pytest

from serving.advertising.decisions.lift_state import Decision
from serving.advertising.operator_pages.plays_csv import COLUMNS, guarded
from serving.advertising.store import decision_log, plays, reports
from serving.advertising.store.plays import Play
from serving.advertising.store.reports import Period, Share, Total
from serving.advertising.store.screens import Screen
from tests.serving.advertising.operator_pages.operator_client import Operator
from tests.serving.advertising.operator_pages.page_text import words
from tests.serving.advertising.service import SCHEMA, running_service

NOON = 1_793_534_400.0  # 2026-11-01 12:00 UTC
DAY = 86_400.0
HASH = "ab" * 32
# screen, campaign, start, seconds, completed, audience
PLAYS = [
    ("screen-1", "prams", NOON, 10, True, 5),
    ("screen-1", "prams", NOON + 60, 4, False, None),
    ("screen-2", "prams", NOON + DAY, 10, True, 7),
    ("screen-2", "vans", NOON + 3600, 20, True, None),
    ("screen-1", "default", NOON + 3601, 8, True, None),
    ("screen-1", "vans", NOON + 40 * DAY, 20, True, 9),
]


async def keep(connection, record):
    screen, campaign, start, seconds, completed, audience = record
    began, ended = int(start * 1000), int((start + seconds) * 1000)
    play = Play(
        id=str(uuid.uuid4()),
        creative=HASH,
        campaign=campaign,
        scheduled_start=began - 5,
        scheduled_end=ended,
        actual_start=began,
        actual_end=ended,
        completed=completed,
    )
    await plays.add(connection, Screen(screen, "lift-1"), play, now=start, audience=audience)


async def decide(connection, campaign, made_at, seconds_shown, due):
    decision = Decision(
        id=str(uuid.uuid4()),
        campaign=campaign,
        creative="any",
        sha256=HASH,
        seconds=10,
        made_at=made_at,
        expires_at=made_at + 30,
        due=due,
    )
    await decision_log.add(connection, "lift-1", decision)
    if seconds_shown is not None:
        await decision_log.prove(
            connection, decision.id, began_at=decision.made_at, seconds_shown=seconds_shown
        )


@contextlib.contextmanager
def service_with_plays(url):
    with running_service(url) as service:
        service.put_in_force(SCHEMA)
        for record in PLAYS:
            service.write(keep, record)
        yield service


@pytest.fixture
def store(store_url):
    with service_with_plays(store_url) as service:
        yield service


@pytest.fixture(scope="module")
def viewer(tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('reports')}/store.db"
    with service_with_plays(url) as service:
        yield Operator(service, "vera", "viewer")


def test_totals_by_span_and_campaign(store):
    edges = [NOON - 1, NOON + 3600, NOON + DAY, NOON + 2 * DAY]
    assert store.read(reports.by_time, edges) == {
        "default": [Total(), Total(1, 1, 8.0, 0), Total()],
        "prams": [Total(2, 1, 14.0, 5), Total(), Total(1, 1, 10.0, 7)],
        "vans": [Total(), Total(1, 1, 20.0, 0), Total()],
    }
    assert list(store.read(reports.by_time, edges, "vans")) == ["vans"]
    assert store.read(reports.by_time, [0.0, 1.0]) == {}


def test_totals_by_screen(store):
    period = Period(NOON, NOON + 2 * DAY)
    found = store.read(reports.by_screen, period, limit=9)
    assert found == [
        ("screen-1", "default", Total(1, 1, 8.0, 0)),
        ("screen-1", "prams", Total(2, 1, 14.0, 5)),
        ("screen-2", "prams", Total(1, 1, 10.0, 7)),
        ("screen-2", "vans", Total(1, 1, 20.0, 0)),
    ]
    assert store.read(reports.by_screen, period, limit=1) == found[:1]


def test_shares_are_of_seconds_that_were_shown(store):
    even = {"prams": 0.5, "vans": 0.5}
    store.write(decide, "prams", NOON, 10.0, even)
    store.write(decide, "vans", NOON + 1, 6.0, even)
    store.write(decide, "prams", NOON + 2, 4.0, {"prams": 1.0})
    store.write(decide, "vans", NOON + 3, None, even)  # never proved
    store.write(decide, "vans", NOON + DAY, 6.0, even)
    database = store.gateway.database
    shares = store.run(reports.shares(database, NOON, NOON + DAY, limit=3))
    assert shares == {"prams": Share(14.0, 12.0), "vans": Share(6.0, 8.0)}
    assert store.run(reports.shares(database, NOON, NOON + DAY, limit=2)) is None


def test_pages_of_plays_leave_none_out_and_repeat_none(store, monkeypatch):
    for _ in range(4):
        store.write(keep, ("screen-9", "vans", NOON, 1, True, None))  # at one time
    monkeypatch.setattr(reports, "_PAGE", 2)

    async def read():
        period = Period(NOON, NOON + 2 * DAY)
        return [[row.id for row in page] async for page in reports.proofs(database, period)]

    database = store.gateway.database
    pages = store.run(read())
    assert [len(page) for page in pages] == [2, 2, 2, 2, 1]
    assert len({identifier for page in pages for identifier in page}) == 9


def test_the_page_of_a_period(viewer):
    said = words(viewer.get("/operator/reports?from=2026-11-01&to=2026-11-02"))
    assert "Plays 5 Completed 80.0 % Hours on screens 0.0 Opportunity to see 12" in said
    assert "plays with fewer than 2 people count none" in said
    assert "prams 3 2 24 12" in said
    assert "Sun 01 Nov prams 2 1 14 5" in said
    assert "Mon 02 Nov prams 1 1 10 7" in said
    assert "screen-2 vans 1 1 20 0" in said
    assert "impression" not in said.lower()


def test_one_campaign_by_hour(viewer):
    query = "from=2026-11-01&to=2026-11-01&by=hour&campaign=vans"
    said = words(viewer.get(f"/operator/reports?{query}"))
    assert "Sun 01, 13:00 vans 1 1 20 0" in said
    assert "prams 2 1" not in said


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=2026-11-02&to=2026-11-01", "The first day is after the last."),
        ("from=2026-01-01&to=2027-06-01", "Choose at most 366 days by day."),
        ("from=2026-11-01&to=2026-11-30&by=hour", "Choose at most 14 days by hour."),
        ("from=then&to=2026-11-30", "From should be a valid date"),
        ("to=2026-11-30", "From is empty; fill it in."),
    ],
)
def test_what_is_no_period(viewer, query, said):
    answer = viewer.get(f"/operator/reports?{query}")
    assert answer.status_code == 400
    assert said in words(answer)


def test_without_plays(viewer):
    said = words(viewer.get("/operator/reports?from=2020-01-01&to=2020-01-02"))
    assert "Nothing was played in these days." in said


def test_the_csv_has_every_play(viewer):
    answer = viewer.get("/operator/reports/plays.csv?from=2026-11-01&to=2026-11-02")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    disposition = answer.headers["content-disposition"]
    assert disposition == 'attachment; filename="plays_2026-11-01_2026-11-02.csv"'
    columns, *rows = csv.reader(io.StringIO(answer.text))
    assert tuple(columns) == COLUMNS
    assert rows[0] == [
        "screen-1",
        "prams",
        HASH,
        "2026-11-01T11:59:59.995Z",
        "2026-11-01T12:00:10.000Z",
        "2026-11-01T12:00:00.000Z",
        "2026-11-01T12:00:10.000Z",
        "true",
        "",
        "5",
    ]
    assert [row[1] for row in rows] == ["prams", "prams", "vans", "default", "prams"]
    assert rows[1][7:] == ["false", "", ""]
    only = viewer.get("/operator/reports/plays.csv?from=2026-11-01&to=2026-11-02&campaign=vans")
    assert [row[1] for row in csv.reader(io.StringIO(only.text))] == ["campaign", "vans"]


def test_no_cell_is_a_formula():
    for cell in ("=1+1", "+1", "-1", "@sum", "\t=1", "\r=1"):
        assert guarded(cell) == f"'{cell}"
    for cell in ("prams", "", "1=1"):
        assert guarded(cell) == cell
