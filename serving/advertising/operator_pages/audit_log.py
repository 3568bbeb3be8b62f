"""Who did what."""

from fastapi import APIRouter
from fastapi.responses import Response

from serving.advertising.operator_pages.visit import Admin
from serving.advertising.store import audit

router = APIRouter(prefix="/operator")
_ENTRIES = 500


@router.get("/audit")
async def get_audit(visit: Admin, search: str = "") -> Response:
    """The newest entries, or those that contain a text."""
    async with visit.gateway.database.read() as connection:
        entries = await audit.latest(connection, _ENTRIES, search=search)
    return visit.page("audit.html", entries=entries, search=search, most=_ENTRIES)
