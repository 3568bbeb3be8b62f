"""The application: its routes over one gateway."""

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from graftnet_tf import __version__
from serving.advertising.gateway import problems
from serving.advertising.gateway.gateway import Gateway
from serving.advertising.gateway.routes import health, screens, snapshots
from serving.advertising.gateway.security_headers import SecurityHeaders
from serving.advertising.operator_pages import pages

_SCREENS = "serving.advertising.screens"


def create_app(gateway: Gateway) -> FastAPI:
    """An ASGI application over a gateway that whoever runs it starts and stops."""
    app = FastAPI(
        title="GraftNet advertising",
        version=__version__,
        summary="Passengers' attributes choose what each lift's screen shows.",
        redoc_url=None,
    )
    app.state.gateway = gateway
    problems.install(app)
    app.add_middleware(SecurityHeaders, tls=gateway.settings.secure_cookies)
    for part in (snapshots, screens, health):
        app.include_router(part.router)
    pages.install(app)
    app.mount("/screen", StaticFiles(packages=[(_SCREENS, "page")], html=True))
    return app
