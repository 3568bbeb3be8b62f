"""Cookies that no script reads and no other site sends."""

from fastapi import Request, Response

from serving.advertising.gateway.settings import Settings

SESSION = "session"
MESSAGE = "message"


def read_cookie(request: Request, settings: Settings, name: str) -> str:
    """The value of a cookie; empty without one."""
    return request.cookies.get(_full_name(settings, name), "")


def set_cookie(
    response: Response, settings: Settings, name: str, value: str, *, seconds: float
) -> None:
    """Has a browser keep a cookie for some seconds; for none to remove it."""
    response.set_cookie(
        _full_name(settings, name),
        value,
        max_age=int(seconds),
        path="/",
        secure=settings.secure_cookies,
        httponly=True,
        samesite="strict",
    )


def _full_name(settings: Settings, name: str) -> str:
    """The name, with the prefix by which browsers hold a cookie to TLS and to this host alone."""
    return f"__Host-{name}" if settings.secure_cookies else name
