"""The notice for the lift's door: public, and to be printed."""

from fastapi import APIRouter
from fastapi.responses import Response

from serving.advertising.gateway.dependencies import GatewayDep
from serving.advertising.operator_pages.attribute_words import in_words
from serving.advertising.operator_pages.rendering import html_page

router = APIRouter()


@router.get("/notice")
async def get_notice(gateway: GatewayDep) -> Response:
    """What is processed in the lift, why, how long, and what a passenger can do."""
    rules = gateway.catalog.rules
    return html_page(
        "notice.html",
        settings=gateway.settings,
        min_audience=rules.schema.min_audience,
        estimates=["how many people are there", *map(in_words, sorted(rules.attributes()))],
    )
