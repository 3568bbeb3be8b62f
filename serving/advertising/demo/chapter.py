"""A short run of one lift for a report: what its camera saw, what was decided, what it showed."""

import asyncio
import dataclasses
import os
import tempfile
import uuid
from collections.abc import Sequence
from typing import Any

import httpx

from graftnet_tf.io import atomic_files, html_pages
from graftnet_tf.io.report_directory import check_replaceable
from graftnet_tf.registry.served_models import PASSENGERS_DIR
from graftnet_tf.workspace.workspace import Workspace
from serving.advertising.demo.browser import open_screen
from serving.advertising.demo.campaigns import ADVERTISED
from serving.advertising.demo.furnishing import furnish
from serving.advertising.demo.scenes import DemoScene, telling_scenes
from serving.advertising.fleet.camera import Camera
from serving.advertising.gateway.gateway import Gateway
from serving.advertising.gateway.settings import Settings
from serving.advertising.recognition.embedded_model import embedded_model
from serving.advertising.rules.policy import shipped_policy
from serving.advertising.service import ServiceOptions, serve
from serving.advertising.store import screens

PAGE = "report.html"
_TIMEOUT = 30.0
_TRIES = 20
_BEGIN_SECONDS = 20.0
_LOOK_SECONDS = 0.2
_SETTLE_SECONDS = 0.5


@dataclasses.dataclass(frozen=True)
class Moment:
    """One snapshot and what came of it.

    Attributes:
      scene: What the camera saw.
      people: How many people the service found.
      told: Attributes that the model told of any of them, right or wrong.
      decided: Campaign that was decided for; None for the default playlist.
      screen: PNG of the screen then.
    """

    scene: DemoScene
    people: int
    told: tuple[str, ...]
    decided: str | None
    screen: bytes


def show_screens(workspace: Workspace, browser: str, seed: int) -> list[Moment]:
    """Runs the service over a workspace's passengers model, in a store of its own.

    Args:
      workspace: Workspace with a passengers model.
      browser: Path of a Chromium.
      seed: Seed of the scenes.
    """
    moments: list[Moment] = []

    async def companion(address: str, gateway: Gateway) -> None:
        known = await gateway.recognizer.attributes()
        scenes = telling_scenes(known & ADVERTISED, seed)
        moments.extend(await play_scenes(address, gateway, scenes, browser))

    with (
        embedded_model(workspace.path(*PASSENGERS_DIR), "passengers") as model_server,
        tempfile.TemporaryDirectory() as directory,
    ):
        options = ServiceOptions(
            database=f"sqlite:///{directory}/store.db",
            model_server=model_server,
            policy=shipped_policy(),
            settings=Settings(secure_cookies=False),
            port=0,
        )
        asyncio.run(serve(options, companion, until_done=True))
    return moments


async def play_scenes(
    address: str, gateway: Gateway, scenes: Sequence[DemoScene], browser: str
) -> list[Moment]:
    """Shows scenes to a lift's camera, one after the other, and looks at its screen each time.

    Args:
      address: Of the gateway.
      gateway: The gateway itself, with an empty store.
      scenes: What the camera sees.
      browser: Path of a Chromium.
    """
    lift = (await furnish(gateway)).lifts[0]
    await gateway.prepare()
    moments = []
    async with (
        httpx.AsyncClient(base_url=address, timeout=_TIMEOUT) as http,
        open_screen(browser, address, lift.screen_token) as page,
    ):
        camera = Camera(http, lift, str(uuid.uuid4()))
        for scene in scenes:
            answer = await _answer(camera, scene.jpeg)
            decision = answer["decision"]
            campaign = await _begun(gateway, lift.lift, decision)
            await asyncio.sleep(_SETTLE_SECONDS)
            told = _told(gateway, lift.lift)
            screen = await page.screenshot()
            moments.append(Moment(scene, answer["people"], told, campaign, screen))
    return moments


def write_report(directory: str, moments: Sequence[Moment]) -> str:
    """Writes the page that shows the moments, replacing an older one; returns its path.

    Raises:
      GraftNetError: `directory` holds something else.
    """
    check_replaceable(directory, (PAGE,))
    page = html_pages.render("serving.advertising.demo", "page.html", moments=moments)
    with atomic_files.replacing_directory(directory) as aside:
        atomic_files.write_text(os.path.join(aside, PAGE), page)
    return os.path.join(directory, PAGE)


def _told(gateway: Gateway, lift: str) -> tuple[str, ...]:
    """Attributes that the model told of anybody in a lift's last snapshot."""
    look = gateway.live.look(lift, gateway.catalog.rules.schema.smoothing_age)
    people = look.people if look else ()
    return tuple(
        sorted({name for person in people for name, yes in person.decisions.items() if yes})
    )


async def _answer(camera: Camera, jpeg: bytes) -> dict[str, Any]:
    """What a snapshot is answered, once it is: a model's first look at people takes a while."""
    for _ in range(_TRIES):
        answer = await camera.upload(jpeg)
        if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
            break
        await asyncio.sleep(float(answer.headers["Retry-After"]))
    return answer.raise_for_status().json()


async def _begun(gateway: Gateway, lift: str, decision: str | None) -> str | None:
    """The campaign that a lift's screen plays once it has begun a decision.

    Without a decision, or where the screen does not begin it in time, what it plays in the
    default playlist counts, which is None.
    """
    for _ in range(round(_BEGIN_SECONDS / _LOOK_SECONDS)):
        async with gateway.database.read() as connection:
            [row] = await screens.listed(connection, lifts=[lift])
        playing = row["playing"]
        if playing and playing["decision_id"] == decision:
            return playing["campaign"] if decision else None
        await asyncio.sleep(_LOOK_SECONDS)
    return None
