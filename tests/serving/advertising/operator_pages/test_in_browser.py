"""The pages in a real browser: by keyboard, on a phone, in both colour schemes, without scripts."""

import io
import re
import shutil
import time

import pytest
from PIL import Image
from playwright.sync_api import expect, sync_playwright

from serving.advertising.gateway.live_view import LastLook
from tests.serving.advertising.operator_pages.operator_client import PASSWORD, Operator
from tests.serving.advertising.scripted_recognizer import ATTRIBUTES, ScriptedRecognizer, person
from tests.serving.advertising.service import SCHEMA, creative, jpeg, running_service

CHROMIUM = shutil.which("chromium")
PAGES = (
    "/operator/lifts",
    "/operator/lifts/lift-1",
    "/operator/rules",
    "/operator/creatives",
    "/operator/reports?from=2026-11-01&to=2026-11-01",
    "/operator/screens",
    "/operator/override",
    "/operator/operators",
    "/operator/account",
    "/operator/audit",
    "/notice",
)
# Everything that is seen and shows text by itself, with too little contrast (WCAG 2, 1.4.3).
FAINT = """() => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = rgb(getComputedStyle(at).backgroundColor);
      if ((colour[3] ?? 1) > 0) return colour;
    }
    return [255, 255, 255];
  };
  const own = (node) => [...node.childNodes].some((it) => it.nodeType === 3 && it.data.trim());
  return [...document.querySelectorAll("body *")]
    .filter((node) => own(node) && node.checkVisibility() && !node.closest("svg, option"))
    .filter((node) => !node.closest(".visually-hidden, .skip"))
    .map((node) => {
      const [a, b] = [light(rgb(getComputedStyle(node).color)), light(ground(node))];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      return [node.textContent.trim().slice(0, 40), ratio];
    })
    .filter(([, ratio]) => ratio < 4.5);
}"""
UNLABELLED = """() => [...document.querySelectorAll("input, select, textarea")]
  .filter((field) => field.type !== "hidden")
  .filter((field) => !field.labels.length && !field.ariaLabel)
  .map((field) => field.outerHTML)"""


@pytest.fixture(scope="module")
def browser():
    if not CHROMIUM:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('browser')}/store.db"
    recognizer = ScriptedRecognizer(person("holding_baby"), person("suit"))
    with running_service(url, recognizer) as service:
        service.enrol(group="north")
        service.approve("house", "pram", "van")
        service.put_in_force(SCHEMA)
        yield service


@pytest.fixture(scope="module")
def session(service):
    return Operator(service).http.cookies["session"]


@pytest.fixture
def open_context(browser, service, session):
    """Opens contexts of somebody who is logged in."""
    opened = []

    def open_it(**settings):
        context = browser.new_context(base_url=service.address, **settings)
        context.set_default_timeout(10_000)
        context.add_cookies([{"name": "session", "value": session, "url": service.address}])
        opened.append(context)
        return context

    yield open_it
    for context in opened:
        context.close()


@pytest.fixture
def page(open_context):
    """A page; nothing that its policy forbids, and no error, may happen in it."""
    page, faults = open_context().new_page(), []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console", lambda said: faults.append(said.text) if "Security Policy" in said.text else None
    )
    yield page
    assert faults == []


def look(service, *people):
    """What the gateway saw in lift-1 just now."""
    service.gateway.live.keep("lift-1", LastLook(time.time(), people, ATTRIBUTES, None))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_readable_and_labelled(service, open_context, scheme):
    look(service, person("holding_baby"), person("suit"))
    page = open_context(color_scheme=scheme).new_page()
    titles = set()
    for path in PAGES:
        page.goto(path)
        assert page.evaluate(FAINT) == [], path
        assert page.evaluate(UNLABELLED) == [], path
        assert page.locator("h1").count() == 1, path
        assert page.locator("html").get_attribute("lang") == "en"
        titles.add(page.title())
    assert len(titles) == len(PAGES)


@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_is_wider_than_its_window(service, open_context, width):
    look(service, *[person("holding_baby")] * 9)
    page = open_context(viewport={"width": width, "height": 800}).new_page()
    for path in PAGES:
        page.goto(path)
        for summary in page.locator("summary").all():
            summary.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_logging_in_by_keyboard(browser, service):
    with browser.new_context(base_url=service.address) as context:
        page = context.new_page()
        page.goto("/")
        expect(page.get_by_label("Name")).to_be_focused()
        page.keyboard.type("olga")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        expect(page).to_have_title(re.compile("Lifts"))
        page.keyboard.press("Tab")
        skip = page.get_by_text("Skip to the content")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()
        page.get_by_role("button", name="Log out").press("Enter")
        expect(page).to_have_title(re.compile("Log in"))


def test_a_dry_run_of_described_people_by_keyboard(page):
    page.goto("/operator/rules")
    expect(page.locator(".lines")).to_have_text(re.compile(r"^1\n2\n3\n"))
    first = page.get_by_role("group", name="Person 1")
    first.get_by_label("courier").press("Space")
    page.get_by_role("button", name="Add a person").press("Enter")
    page.get_by_role("group", name="Person 2").get_by_label("courier").press("Space")
    page.get_by_role("button", name="Run dry").press("Enter")
    result = page.locator("#dry-run-result")
    expect(result).to_contain_text("Next would be vans.")
    expect(result).to_be_focused()
    page.get_by_role("group", name="Person 1").get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Run dry").click()
    expect(result).to_contain_text("No campaign would play")


def test_a_dry_run_of_a_picture_and_an_edit_that_is_not_saved(page):
    page.goto("/operator/rules")
    page.get_by_label("Schema (YAML)").fill(SCHEMA.replace("holding_baby", "suit"))
    page.get_by_label("A picture (JPEG)").check()
    picture = {"name": "lift.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
    page.get_by_label("Picture", exact=True).set_input_files(picture)
    page.get_by_role("button", name="Run dry").click()
    result = page.locator("#dry-run-result")
    expect(result).to_contain_text("Next would be prams.")
    expect(result).to_contain_text("someone: suit (1 of 2)")
    page.get_by_label("Lift", exact=True).fill("none")
    page.get_by_role("button", name="Run dry").click()
    expect(result).to_have_text("There is no lift none.")


def test_a_problem_leads_to_its_line(page):
    page.goto("/operator/rules")
    page.get_by_label("Schema (YAML)").fill(SCHEMA.replace("weight", "wieght"))
    page.get_by_role("button", name="Check and put in force").click()
    page.get_by_role("link", name="Line 7").click()
    text = page.get_by_label("Schema (YAML)")
    expect(text).to_be_focused()
    chosen = text.evaluate("it => it.value.slice(it.selectionStart, it.selectionEnd)")
    assert chosen == SCHEMA.replace("weight", "wieght").split("\n")[6]


def test_rules_are_saved_without_scripts(service, open_context):
    page = open_context(java_script_enabled=False).new_page()
    page.goto("/operator/rules")
    page.locator("#text").fill(SCHEMA + "# by hand\n")
    page.get_by_role("button", name="Check and put in force").click()
    expect(page.get_by_role("status").first).to_have_text("Saved: the schema is in force.")
    assert service.gateway.catalog.text == SCHEMA + "# by hand\n"


def test_an_upload_and_its_approval_after_a_question(service, page):
    file = io.BytesIO()
    Image.new("RGB", (30, 40), "teal").save(file, "PNG")
    page.goto("/operator/creatives")
    picture = {"name": "spring sale.png", "mimeType": "image/png", "buffer": file.getvalue()}
    page.get_by_label("File").set_input_files(picture)
    expect(page.get_by_label("Name")).to_have_value("spring-sale")
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("spring-sale is uploaded and waits for approval.")).to_be_visible()
    image = page.get_by_role("img", name="spring-sale")
    expect(image).to_have_js_property("naturalWidth", 30)
    approve = page.get_by_role("button", name="Approve spring-sale")
    page.once("dialog", lambda dialog: dialog.dismiss())
    approve.click()
    assert not service.gateway.catalog.creatives["spring-sale"].approved
    page.once("dialog", lambda dialog: dialog.accept())
    approve.click()
    expect(page.get_by_text("spring-sale is approved.")).to_be_visible()


def test_an_upload_that_is_refused_says_why(page):
    page.goto("/operator/creatives")
    broken = {"name": "broken.png", "mimeType": "image/png", "buffer": creative("x").content}
    page.get_by_label("File").set_input_files(broken)
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("#upload [role=alert]")).to_be_visible()
    expect(page.locator("#upload [role=alert]")).not_to_be_empty()


def test_a_live_lift_is_refreshed_until_it_is_paused(service, page):
    look(service)
    page.clock.install()
    page.goto("/operator/lifts/lift-1")
    live = page.locator(".live")
    expect(live).to_contain_text("0 people")
    look(service, person("holding_baby"))
    page.clock.run_for(2500)
    expect(live).to_contain_text("1 person")
    pause = page.get_by_role("button", name="Pause updates")
    pause.click()
    expect(pause).to_have_attribute("aria-pressed", "true")
    look(service)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(10_000)
    assert asked == []
    pause.click()
    page.clock.run_for(2500)
    expect(live).to_contain_text("0 people")


def test_the_setup_token_is_taken_out_of_the_address(browser, tmp_path):
    with running_service(f"sqlite:///{tmp_path}/store.db") as service:
        context = browser.new_context(base_url=service.address)
        page = context.new_page()
        page.goto(f"/operator/setup#token={service.gateway.setup_token}")
        expect(page.get_by_label("Setup token")).to_have_value(service.gateway.setup_token)
        assert page.url == f"{service.address}/operator/setup"
        page.get_by_label("Your name").fill("first")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Become the first operator").click()
        expect(page).to_have_title(re.compile("Lifts"))
        expect(page.get_by_label("Name")).to_be_visible()  # the form to enrol the first lift
        context.close()
