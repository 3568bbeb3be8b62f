"""The page's own files: enrolment, and what the service worker keeps."""

import hashlib
import re
import shutil

import pytest

from tests.serving.advertising.screens import drawn_creatives
from tests.serving.advertising.screens.device import Device
from tests.serving.advertising.screens.fake_gateway import PAGE, FakeGateway

WORKER = "service_worker.js"
HTML = {"./": "index.html"}


def listed(folder):
    """The files that the service worker keeps, in its order."""
    names = re.findall(r'^  "(.*)",$', (folder / WORKER).read_text(), re.M)
    return [HTML.get(name, name) for name in names]


def version(folder):
    content = b"".join((folder / name).read_bytes() for name in listed(folder))
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def copied(tmp_path):
    """A gateway with a copy of the page that a test may change."""
    gateway = FakeGateway(shutil.copytree(PAGE, tmp_path / "page"))
    yield gateway, tmp_path / "page"
    gateway.stop()


def publish(folder):
    """Gives the worker the version of its files."""
    worker = folder / WORKER
    text = re.sub(r'VERSION = ".*"', f'VERSION = "{version(folder)}"', worker.read_text())
    worker.write_text(text)


def test_the_service_worker_keeps_every_file_in_the_version_that_it_names():
    files = [path.name for path in PAGE.iterdir() if path.is_file()]
    assert sorted([*listed(PAGE), WORKER]) == sorted(files)
    assert f'VERSION = "{version(PAGE)}"' in (PAGE / WORKER).read_text()


def test_nothing_is_inline():
    assert not re.search(
        r"<style|\sstyle=|\son\w+=|<script(?! type=\"module\" src=)",
        (PAGE / "index.html").read_text(),
    )


def test_answers_of_the_gateway_are_not_kept(colours, gateway, device):
    device.until_page_is_kept()
    device.until(lambda status: status["cached"] == 2)
    kept = device.page.evaluate(
        """async () => {
          const names = await caches.keys();
          const requests = await Promise.all(
            names.map(async (name) => (await caches.open(name)).keys()));
          return requests.flat().map((request) => new URL(request.url).pathname);
        }"""
    )
    names = [name.replace("index.html", "") for name in listed(PAGE)]
    assert sorted(kept) == sorted(f"/screen/{name}" for name in names)


def test_requests_to_the_gateway_pass_by_the_worker(gateway, device):
    device.until_page_is_kept()
    device.reboot()
    device.until(lambda status: status["connected"])
    routes = device.page.evaluate(
        """performance.getEntriesByType("resource").map(
          (request) => [new URL(request.name).pathname, request.workerFinalSourceType])"""
    )
    assert ["/screen/screen.js", ""] in routes
    assert {route for path, route in routes if path.startswith("/v1/")} == {"network"}


def test_a_new_version_takes_over_when_the_item_has_ended(copied, context):
    gateway, folder = copied
    item = gateway.add(drawn_creatives.image("red"), 1.0)
    gateway.show(playlist=[item], cache=[item])
    device = Device(context, gateway)
    device.until_page_is_kept()
    session = device.plays(item)["session"]
    html = folder / "index.html"
    html.write_text(html.read_text().replace("<title>Screen", "<title>New screen"))
    publish(folder)
    gateway.drop_streams()
    device.until(lambda status: status["session"] != session)
    assert device.page.title() == "New screen"
    device.eventually(lambda: gateway.plays)
    assert all(play["completed"] for play in gateway.plays.values())


def test_files_that_are_not_the_worker_s_version_take_nothing_over(copied, context):
    gateway, folder = copied
    device = Device(context, gateway)
    device.until_page_is_kept()
    html = folder / "index.html"
    html.write_text(html.read_text().replace("<title>Screen", "<title>Half new screen"))
    worker = folder / WORKER
    worker.write_text(worker.read_text() + "// Another.\n")
    gateway.requests.clear()
    gateway.drop_streams()
    device.eventually(lambda: gateway.requests.count("GET /screen/") == 1)
    device.wait(0.5)
    device.reboot()
    assert device.page.title() == "Screen"


def test_the_token_is_taken_out_of_the_address_and_kept(colours, gateway, device):
    device.until(lambda status: status["connected"])
    assert device.page.url == f"{gateway.address}/screen/"
    device.reboot()
    device.until(lambda status: status["connected"])


def test_a_token_that_is_opened_later_enrols(colours, gateway, context):
    device = Device(context, gateway, enrol=False)
    device.eventually(lambda: "is not enrolled" in device.text())
    assert f"{gateway.address}/screen/#token=TOKEN" in device.text()
    assert not any("/v1/" in request for request in gateway.requests)
    device.page.evaluate("token => { location.hash = `#token=${token}` }", "token-of-screen-1")
    device.until(lambda status: status["connected"])
