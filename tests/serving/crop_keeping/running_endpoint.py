"""An endpoint that answers over HTTP, in a thread of the test's process."""

import asyncio
import contextlib
import datetime
import io
import threading

import httpx
from PIL import ExifTags, Image

from serving.crop_keeping.app import CropService, create_app
from serving.crop_keeping.crop_folder import open_folder
from serving.crop_keeping.intake import Intake
from serving.crop_keeping.terms import Terms
from serving.http_service.server import HttpServer
from serving.http_service.token_file import TokenFile

TOKEN = "secret-token"
TODAY = datetime.date(2026, 11, 28)
TERMS = Terms("consent of the testers of lift 3", keep_days=30, share=1)


def image_file(colour, *, size=(40, 60), kind="JPEG", camera="camera of lift 3"):
    """An image of one colour, which says where and when it was taken, and lies on its side."""
    exif = Image.Exif()
    exif[ExifTags.Base.Model] = camera
    exif[ExifTags.Base.DateTime] = "2026:11:28 08:01:02"
    exif[ExifTags.Base.Orientation] = 6
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, kind, exif=exif)
    return file.getvalue()


class Client(httpx.Client):
    """What posts to the endpoint."""

    def post_crops(self, *crops):
        """Posts a snapshot's crops."""
        return self.post("/v1/snapshots", files=[("crop", crop) for crop in crops])

    def post_whole(self, snapshot, kind="image/jpeg"):
        """Posts a whole snapshot."""
        return self.post("/v1/snapshots", content=snapshot, headers={"Content-Type": kind})


@contextlib.contextmanager
def running_endpoint(folder, tmp_path, *, terms=TERMS, today=TODAY, cut=None, body_bytes=1 << 20):
    """A client of an endpoint that has ended when the context has."""
    token = tmp_path / "token"
    token.write_text(TOKEN)
    token.chmod(0o600)
    started = threading.Event()
    held = {}

    async def serve(crops):
        intake = Intake(crops, terms, cut=cut, today=lambda: today)
        server = HttpServer(create_app(CropService(intake, TokenFile(str(token)), body_bytes)))
        sweeping = asyncio.create_task(intake.sweep())
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        held["server"] = server
        started.set()
        await serving
        sweeping.cancel()

    with open_folder(str(folder), today, terms.legal_basis) as crops:
        thread = threading.Thread(target=lambda: asyncio.run(serve(crops)), daemon=True)
        thread.start()
        assert started.wait(20)
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        try:
            with Client(base_url=held["server"].address, headers=bearer, timeout=20) as client:
                yield client
        finally:
            held["server"].stop()
            thread.join(20)
            assert not thread.is_alive()
