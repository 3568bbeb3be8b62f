"""Pages from templates, in which everything that is filled in is escaped."""

import datetime
import zoneinfo
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import jinja2
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from serving.advertising.operator_pages.concerned import concerned
from serving.advertising.store.screens import offline_since

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
# Under "no-referrer", which the API answers with, browsers send `Origin: null` with forms.
_HEADERS = {"Referrer-Policy": "same-origin"}


def html_page(
    template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **content: Any
) -> HTMLResponse:
    """An answer with a page, or a part of one.

    Args:
      template: File name of the template.
      status: HTTP status.
      headers: Further headers.
      content: What it is filled with; a name that is missing is an error.
    """
    text = _ENVIRONMENT.get_template(template).render(**content)
    return HTMLResponse(text, status, {**_HEADERS, **(headers or {})})


def problem_page(status: int, detail: str, headers: Mapping[str, str] | None) -> HTMLResponse:
    """An answer that says in words what went wrong."""
    title = HTTPStatus(status).phrase
    return html_page("problem.html", status=status, headers=headers, title=title, detail=detail)


def duration(seconds: float) -> str:
    """A time span in its largest unit: `12 s`, `3 min`, `5 h`, `2 d`."""
    size, unit = next((it for it in _UNITS if seconds >= it[0]), _UNITS[-1])
    return f"{int(max(seconds, 0) // size)} {unit}"


def local(at: float, timezone: str, form: str = "%Y-%m-%d %H:%M:%S") -> Markup:
    """An instant, in seconds since the epoch, as an element with the time of a zone."""
    instant = datetime.datetime.fromtimestamp(at, datetime.UTC)
    shown = instant.astimezone(zoneinfo.ZoneInfo(timezone)).strftime(form)
    machine = instant.isoformat(timespec="seconds").replace("+00:00", "Z")
    return Markup('<time datetime="{}">{}</time>').format(machine, shown)


def grouped(number: float) -> str:
    """A number without decimals, its thousands apart by a narrow space."""
    return f"{number:,.0f}".replace(",", "\u202f")


_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.PackageLoader(__package__, "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters.update(duration=duration, local=local, grouped=grouped)
_ENVIRONMENT.globals.update(concerned=concerned, offline_since=offline_since)
