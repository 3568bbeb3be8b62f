"""The device in a lift that has the screen's page open."""

import base64
import io
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import BrowserContext, Error, Page

from tests.serving.advertising.screens.fake_gateway import TOKEN, FakeGateway

PATIENCE = 60_000  # milliseconds that anything may take on a busy machine
TICK = 10
BLACK = 40

Colour = tuple[int, int, int]


class Device:
    """A browser with a disk of its own.

    Args:
      context: The disk and the network.
      gateway: The one that it talks to.
      enrol: Whether the page is opened with the screen's token.

    Attributes:
      page: The page as it is open.
      log: What the page wrote to its console.
    """

    def __init__(self, context: BrowserContext, gateway: FakeGateway, enrol: bool = True):
        self._context = context
        self._gateway = gateway
        self.log: list[str] = []
        self.page = self._open(f"#token={TOKEN}" if enrol else "")

    def reboot(self) -> None:
        self.page.close()
        self.page = self._open()

    def wait(self, seconds: float) -> None:
        self.page.wait_for_timeout(seconds * 1000)

    def status(self) -> dict[str, Any] | None:
        """What the page says of itself, or None while it loads."""
        try:
            return self.page.evaluate("window.screenStatus?.()")
        except Error as error:
            if "Execution context was destroyed" not in error.message:
                raise
            return None

    def until(self, holds: Callable[[dict], bool]) -> dict:
        """The status as soon as something holds for it."""
        return self.eventually(lambda: (status := self.status()) and holds(status) and status)

    def eventually(self, get: Callable[[], Any]) -> Any:
        """What a function gives as soon as that is something."""
        for _ in range(PATIENCE // TICK):
            if found := get():
                return found
            self.page.wait_for_timeout(TICK)
        raise AssertionError(f"not within {PATIENCE} ms; {self.status()}; {self.log[-5:]}")

    def until_page_is_kept(self) -> None:
        """Waits for the service worker, by which the page opens without a gateway."""
        self.eventually(lambda: self.page.evaluate("navigator.serviceWorker.controller !== null"))

    def plays(self, item: dict) -> dict:
        """The status as soon as an item plays."""
        return self.until(lambda status: playing(status) == item["creative"])

    def text(self) -> str:
        """What is written on the layer that is seen."""
        return self.page.locator(".layer.shown").inner_text()

    def colour(self) -> Colour:
        """The colour in the middle of the screen."""
        return middle(self.page.screenshot())

    def frames(self, seconds: float) -> list[Colour]:
        """The colours in the middle of all frames that the browser composes in some seconds."""
        devtools = self._context.new_cdp_session(self.page)
        images, unseen = [], []
        devtools.on(
            "Page.screencastFrame",
            lambda frame: (images.append(frame["data"]), unseen.append(frame["sessionId"])),
        )
        devtools.send("Page.startScreencast", {"format": "png", "everyNthFrame": 1})
        for _ in range(round(seconds * 1000 / TICK)):
            self.page.wait_for_timeout(TICK)
            while unseen:
                devtools.send("Page.screencastFrameAck", {"sessionId": unseen.pop()})
        devtools.send("Page.stopScreencast")
        return [middle(base64.b64decode(image)) for image in images]

    def _open(self, fragment: str = "") -> Page:
        page = self._context.new_page()
        page.on("console", lambda message: self.log.append(message.text))
        page.on("pageerror", lambda error: self.log.append(str(error)))
        page.goto(f"{self._gateway.address}/screen/{fragment}")
        return page


def playing(status: dict) -> str | None:
    """The creative that plays."""
    return status["playing"] and status["playing"]["creative"]


def middle(content: bytes) -> Colour:
    image = np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))
    red, green, blue = image[image.shape[0] // 2, image.shape[1] // 2].tolist()
    return red, green, blue


def is_black(colour: Colour) -> bool:
    return max(colour) < BLACK
