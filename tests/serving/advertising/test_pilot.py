"""From an empty store to a report, in a browser over TLS, with the settings of the Compose file."""

import csv
import io
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

import httpx
import pytest
from PIL import Image
from playwright.sync_api import expect, sync_playwright
from ruamel.yaml import YAML

import serving.advertising.deployment
from tests.serving.advertising.passengers_model import served_passengers
from tests.serving.advertising.service import jpeg
from tests.serving.certificates import Authority

CHROMIUM = shutil.which("chromium")
ROOT = pathlib.Path(__file__).parents[3]
COMPOSE = pathlib.Path(serving.advertising.deployment.__path__[0]) / "docker-compose.yml"
PASSWORD = "a long enough password"
SCHEMA = """\
timezone: Europe/Berlin
smoothing_window: 1
default_playlist: [house]
campaigns:
  prams: {creatives: [pram], when: {someone: holding_baby}}
  toys: {creatives: [pram], when: {someone: baby}}
"""
GREEN, BLUE = (20, 160, 60), (30, 60, 200)

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="chromium is not installed")


def compose_flags(**replaced):
    """The gateway's command of the Compose file, with addresses of this machine."""
    command = YAML(typ="safe").load(COMPOSE.read_text())["services"]["gateway"]["command"]
    flags = dict(line.removeprefix("--").split("=", 1) for line in command)
    assert set(replaced) <= set(flags)
    flags |= replaced
    for name, value in flags.items():
        flags[name] = re.sub(r"\$\{\w+:[-?]([^}]*)\}", r"\1", value)
    return [f"--{name}={value}" for name, value in flags.items()]


@pytest.fixture
def gateway(postgres, tmp_path):
    """Address of a running `graftnet-advertise`, the first operator's address, and its CA."""
    authority = Authority(tmp_path)
    signed = authority.sign("localhost")
    with served_passengers(tmp_path) as model_server:
        command = [
            sys.executable,
            "-m",
            "pipelines.advertise",
            *compose_flags(
                model_server=model_server,
                database=postgres(),
                host="localhost",
                port="0",
                tls_certificate=signed.certificate,
                tls_key=signed.key,
            ),
        ]
        with subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        ) as process:
            first, second = process.stdout.readline(), process.stdout.readline()
            address = re.search(r"https://\S+", first)[0].replace("127.0.0.1", "localhost")
            setup = re.search(r"https://\S+", second)[0].replace("127.0.0.1", "localhost")
            yield address, setup, authority.ca
            process.terminate()
            assert process.wait(10) == 0


@pytest.fixture
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            # The test's authority is in no store of the browser's; what is encrypted stays so.
            args=["--no-sandbox", "--ignore-certificate-errors"],
        )
        yield browser
        browser.close()


def poster(colour):
    """A PNG of one colour."""
    file = io.BytesIO()
    Image.new("RGB", (360, 640), colour).save(file, "PNG")
    return {"name": "poster.png", "mimeType": "image/png", "buffer": file.getvalue()}


def middle(page):
    """Colour at the middle of what a page shows."""
    with Image.open(io.BytesIO(page.screenshot())) as image:
        return image.convert("RGB").getpixel((image.width // 2, image.height // 3))


def wait_until(holds, seconds=20):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.1)


def wait_for_colour(page, colour):
    wait_until(lambda: max(abs(a - b) for a, b in zip(middle(page), colour, strict=True)) <= 12)


def upload(page, name, colour):
    page.get_by_label("File").set_input_files(poster(colour))
    page.get_by_label("Name").fill(name)
    page.get_by_label("Seconds on the screen").fill("1")
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("button", name=f"Approve {name}").click()
    expect(page.get_by_text("approved").first).to_be_visible()


def test_a_pilot_from_an_empty_store_to_a_report(gateway, browser):
    address, setup, authority = gateway
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())

    # The first operator.
    page.goto(setup)
    page.get_by_label("Your name").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Become the first operator").click()

    # A lift and its screen.
    page.goto(f"{address}/operator/lifts")
    page.get_by_label("Name", exact=True).fill("lift-1")
    page.get_by_role("button", name="Enrol and show the token").click()
    camera_token = page.get_by_label("Token").input_value()
    page.goto(f"{address}/operator/screens")
    page.get_by_label("Name", exact=True).fill("screen-1")
    page.get_by_label("Lift", exact=True).fill("lift-1")
    page.get_by_role("button", name="Enrol and show its address").click()
    screen_address = page.get_by_label("Open this address").input_value()

    # Creatives, approved; then the schema, first a broken one.
    page.goto(f"{address}/operator/creatives")
    upload(page, "house", GREEN)
    upload(page, "pram", BLUE)
    page.goto(f"{address}/operator/rules")
    schema = page.get_by_label("Schema (YAML)")
    schema.fill(SCHEMA.replace("someone: holding_baby", "someone: holding_a_baby"))
    page.get_by_role("button", name="Check and put in force").click()
    expect(page.get_by_text("did you mean holding_baby?").first).to_be_visible()
    page.get_by_label("Schema (YAML)").fill(SCHEMA.replace("  toys", "  # toys"))
    page.get_by_role("button", name="Check and put in force").click()

    # What would happen, before it does.
    page.get_by_role("checkbox", name="holding_baby").first.check()
    page.get_by_role("button", name="Run dry").click()
    expect(page.get_by_text("someone: holding_baby (1 of 1)").first).to_be_visible()

    # The screen plays its playlist, then what a passenger chose.
    screen = browser.new_context(
        viewport={"width": 360, "height": 640}, ignore_https_errors=True
    ).new_page()
    screen.goto(screen_address.replace("127.0.0.1", "localhost"))
    wait_for_colour(screen, GREEN)
    with httpx.Client(base_url=address, verify=authority, timeout=20) as http:
        answer = http.post(
            "/v1/lifts/lift-1/snapshots",
            content=jpeg(),
            headers={
                "Authorization": f"Bearer {camera_token}",
                "Boot-Id": "00000000-0000-4000-8000-000000000000",
                "Sequence": "1",
                "Content-Type": "image/jpeg",
            },
        )
        assert answer.json()["decision"], answer.text
    wait_for_colour(screen, BLUE)
    wait_for_colour(screen, GREEN)  # once, then the playlist again

    # An emergency cuts in at once, and is over when it is ended.
    page.goto(f"{address}/operator/override")
    page.get_by_label("All lifts").check()
    page.get_by_label("Text").fill("Leave the lift")
    page.get_by_role("button", name="Go on to confirm").click()
    page.get_by_role("button", name="Yes, show it now").click()
    expect(screen.get_by_role("alert")).to_have_text("Leave the lift")
    wait_until(lambda: screen.evaluate("window.screenStatus().scene") == "override")
    page.get_by_role("button", name=re.compile("^End")).first.click()
    wait_for_colour(screen, GREEN)

    # The report has the play, and the audit log who did what.
    page.goto(f"{address}/operator/reports")
    expect(
        page.get_by_role("cell", name="prams")
        .or_(page.get_by_role("rowheader", name="prams"))
        .first
    ).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("CSV")).first.click()
    rows = list(csv.DictReader(pathlib.Path(download.value.path()).read_text().splitlines()))
    [play] = [row for row in rows if row["campaign"] == "prams"]
    assert play["screen"] == "screen-1"
    assert play["completed"] in ("true", "True", "1")
    assert play["decision_id"] == answer.json()["decision"]
    page.goto(f"{address}/operator/audit")
    for action in ("lift-1", "screen-1", "pram", "schema", "override"):
        expect(page.get_by_text(action).first).to_be_visible()
    assert "impression" not in page.content().lower()
