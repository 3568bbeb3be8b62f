"""The application: its routes over one gateway."""

import contextlib
from collections.abc import AsyncIterator

from fastapi import FastAPI

from graftnet_tf import __version__
from serving.advertising.gateway import problems
from serving.advertising.gateway.gateway import Gateway
from serving.advertising.gateway.routes import health, screens, snapshots
from serving.advertising.gateway.security_headers import SecurityHeaders


def create_app(gateway: Gateway) -> FastAPI:
    """An ASGI application that starts the gateway with its lifespan and stops it.

    Args:
      gateway: A gateway that has not been started.
    """

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await gateway.start()
        yield
        await gateway.stop()

    app = FastAPI(
        title="GraftNet advertising",
        version=__version__,
        summary="Passengers' attributes choose what each lift's screen shows.",
        lifespan=lifespan,
        redoc_url=None,
    )
    app.state.gateway = gateway
    problems.install(app)
    app.add_middleware(SecurityHeaders, tls=gateway.settings.secure_cookies)
    for part in (snapshots, screens, health):
        app.include_router(part.router)
    return app
