"""A real browser, and a gateway made for it."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, sync_playwright

from tests.serving.advertising.screens import drawn_creatives
from tests.serving.advertising.screens.device import Device
from tests.serving.advertising.screens.fake_gateway import FakeGateway

CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]
LAUNCH = {"executable_path": CHROMIUM, "args": ARGUMENTS}
# Back-off without its waits: of a second, ten milliseconds.
NO_PATIENCE = "Math.random = () => 0.01;"


@pytest.fixture(scope="package")
def chromium() -> Iterator[BrowserType]:
    if not CHROMIUM:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        yield playwright.chromium


@pytest.fixture(scope="package")
def browser(chromium: BrowserType) -> Iterator[Browser]:
    with chromium.launch(**LAUNCH) as browser:
        yield browser


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A device of its own."""
    with browser.new_context(viewport={"width": 270, "height": 480}) as context:
        context.add_init_script(NO_PATIENCE)
        yield context


@pytest.fixture
def gateway() -> Iterator[FakeGateway]:
    gateway = FakeGateway()
    yield gateway
    gateway.stop()


@pytest.fixture
def blank(context: BrowserContext, gateway: FakeGateway) -> Page:
    """A page that may import the screen's modules."""
    page = context.new_page()
    page.goto(f"{gateway.address}/blank")
    return page


@pytest.fixture
def colours(gateway: FakeGateway) -> list[dict]:
    """Two images of half a second that the gateway has in its playlist."""
    items = [gateway.add(drawn_creatives.image(colour), 0.5) for colour in ("red", "blue")]
    gateway.show(playlist=items, cache=items)
    return items


@pytest.fixture
def device(context: BrowserContext, gateway: FakeGateway) -> Device:
    return Device(context, gateway)
