"""A real screen: the web page in a headless browser, where one is installed."""

import contextlib
import importlib.util
import shutil
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.async_api import Page

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_SIZE = 360, 640
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--autoplay-policy=no-user-gesture-required",
)


def browser_path() -> str | None:
    """Path of a Chromium, if there is one, and Playwright to drive it."""
    if importlib.util.find_spec("playwright") is None:
        return None
    found = (shutil.which(program) for program in _PROGRAMS)
    return next((path for path in found if path), None)


@contextlib.asynccontextmanager
async def open_screen(program: str, address: str, token: str) -> AsyncIterator["Page"]:
    """A screen's page, portrait and small.

    Args:
      program: Path of a Chromium.
      address: Of the gateway.
      token: The screen's.
    """
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=list(_ARGUMENTS))
        width, height = _SIZE
        page = await browser.new_page(viewport={"width": width, "height": height})
        await page.goto(f"{address}/screen/#token={token}")
        yield page
        await browser.close()
