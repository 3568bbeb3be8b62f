"""Tokens, shown once."""

from fastapi.responses import HTMLResponse

from serving.advertising.operator_pages.visit import Visit


def camera_token_page(visit: Visit, lift: str, token: str) -> HTMLResponse:
    """A page with the token of a lift's camera, and how its agent is started with it."""
    address = _address(visit)
    insecure = "" if address.startswith("https") else " --allow_http"
    command = (
        f"graftnet-lift-agent --gateway={address} --lift={lift} --token_file={lift}.token"
        f"{insecure} --source=rtsp://CAMERA/STREAM"
    )
    return visit.page("camera_token.html", lift=lift, token=token, command=command)


def screen_token_page(visit: Visit, screen: str, token: str) -> HTMLResponse:
    """A page with the address that a screen is opened with."""
    link = f"{_address(visit)}/screen/#token={token}"
    return visit.page("screen_token.html", screen=screen, link=link)


def _address(visit: Visit) -> str:
    """The gateway's address as the operator's browser knows it."""
    url = visit.request.base_url
    scheme = "https" if visit.gateway.settings.secure_cookies else url.scheme
    return f"{scheme}://{url.netloc}"
