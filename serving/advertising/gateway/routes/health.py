"""Whether the gateway lives, can answer, and what it measured."""

from fastapi import APIRouter, Response

from serving.advertising.gateway.dependencies import GatewayDep
from serving.advertising.store import changes
from serving.http_service.refusal import refuse

router = APIRouter(tags=["health"])


@router.get("/health")
async def get_health() -> dict[str, str]:
    """That the process answers."""
    return {"status": "ok"}


@router.get("/ready")
async def get_readiness(gateway: GatewayDep) -> dict[str, str | None]:
    """That store and model server answer; 503 while one does not."""
    async with gateway.database.read() as connection:
        await changes.numbers(connection)
    await gateway.recognizer.attributes()
    if gateway.asked is None:
        raise refuse(503, "The model is not ready yet.", retry_after=5)
    return {"status": "ready", "schema_problem": gateway.schema_problem}


@router.get("/metrics")
async def get_metrics(gateway: GatewayDep) -> Response:
    """Prometheus's text format; block it at the proxy if others can reach it."""
    return Response(gateway.metrics.page(), media_type="text/plain; version=0.0.4")
