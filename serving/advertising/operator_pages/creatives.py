"""Creatives: uploaded by one, approved by another, and where they are used."""

from collections import defaultdict
from typing import Annotated, Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from serving.advertising.creatives import CreativeLimits
from serving.advertising.decisions.catalog import Catalog
from serving.advertising.gateway.dependencies import NameInPath
from serving.advertising.operator_pages.byte_range import bytes_answer
from serving.advertising.operator_pages.encoding_process import encode
from serving.advertising.operator_pages.forms import OrNone, checked
from serving.advertising.operator_pages.visit import Approver, Editor, Viewer
from serving.advertising.rules.schema import Name
from serving.advertising.store import creatives
from serving.http_service.body import read_body
from serving.http_service.refusal import refuse

router = APIRouter(prefix="/operator")
_UPLOAD_SECONDS = 900.0
_BUSY_SECONDS = 5.0
_CACHED = {"Cache-Control": "private, max-age=3600"}
_ORDER = {"waiting": 0, "approved": 1, "rejected": 2}


class _Upload(BaseModel):
    name: Name
    seconds: Annotated[float | None, OrNone] = None


class _Verdict(BaseModel):
    verdict: Literal["approved", "rejected"]


@router.get("/creatives")
async def get_creatives(visit: Viewer) -> Response:
    """All creatives, those that wait first."""
    async with visit.gateway.database.read() as connection:
        found = await creatives.listed(connection)
    return visit.page(
        "creatives.html",
        creatives=sorted(found, key=lambda one: (_ORDER[one["status"]], one["name"])),
        uses=_uses(visit.gateway.catalog),
        most_bytes=visit.gateway.settings.upload_bytes,
        longest=CreativeLimits().seconds,
    )


@router.post("/creatives")
async def post_creative(visit: Editor) -> Response:
    """Takes a file as body, with its name and, of an image, seconds in the query."""
    gateway = visit.gateway
    upload = checked(_Upload, visit.request.query_params)
    if upload.name in gateway.catalog.creatives:
        raise refuse(409, f"There is a creative {upload.name} already; choose another name.")
    if gateway.uploading.locked():
        raise refuse(503, "Others are uploading; try again.", retry_after=_BUSY_SECONDS)
    limits = CreativeLimits(bytes=gateway.settings.upload_bytes)
    async with gateway.uploading:
        content = await read_body(visit.request, limits.bytes, seconds=_UPLOAD_SECONDS)
        encoded = await encode(content, seconds=upload.seconds, limits=limits)
        async with visit.change("uploaded creative", upload.name, encoded.sha256) as connection:
            await creatives.add(
                connection, upload.name, encoded, by=visit.operator.name, now=gateway.clock()
            )
    await gateway.renew()
    answer = {"name": upload.name, "kind": encoded.kind, "sha256": encoded.sha256}
    return visit.tell(JSONResponse(answer), f"{upload.name} is uploaded and waits for approval.")


@router.get("/creatives/{name}/content")
async def get_content(visit: Viewer, name: NameInPath) -> Response:
    """The file, for those who judge it."""
    async with visit.gateway.database.read() as connection:
        creative = await creatives.find(connection, name)
        found = await creatives.content(connection, creative["sha256"]) if creative else None
    if found is None:
        raise refuse(404, f"There is no creative {name}.")
    content, media_type = found
    return bytes_answer(visit.request, content, {**_CACHED, "Content-Type": media_type})


@router.post("/creatives/{name}/verdict")
async def post_verdict(visit: Approver, name: NameInPath) -> Response:
    """Approves or rejects a creative; of one's own upload too, which the audit log tells."""
    verdict = checked(_Verdict, visit.form).verdict
    async with visit.gateway.database.read() as connection:
        creative = await creatives.find(connection, name)
    if creative is None:
        raise refuse(404, f"There is no creative {name}.")
    own = creative["uploaded_by"] == visit.operator.name
    detail = f"{creative['sha256']}{', own upload' if own else ''}"
    async with visit.change(f"{verdict} creative", name, detail) as connection:
        await creatives.judge(connection, name, verdict, by=visit.operator.name)
    await visit.gateway.renew()
    return visit.done("/operator/creatives", f"{name} is {verdict}.")


def _uses(catalog: Catalog) -> dict[str, list[str]]:
    """Where each creative is used, by name."""
    uses: dict[str, list[str]] = defaultdict(list)
    schema = catalog.rules.schema
    for name in dict.fromkeys(schema.default_playlist):
        uses[name].append("default playlist")
    for campaign, fields in schema.campaigns.items():
        for name in dict.fromkeys(fields.creatives):
            uses[name].append(campaign)
    return dict(uses)
