"""All of the pages, for the application."""

from fastapi import FastAPI

from serving.advertising.operator_pages import (
    audit_log,
    creatives,
    dry_run,
    lifts,
    login,
    notice,
    override,
    reports,
    rules,
    screens,
    setup,
    staff,
)
from serving.advertising.operator_pages.static_files import DIRECTORY, RevalidatedFiles

PAGES = (
    login,
    setup,
    lifts,
    rules,
    dry_run,
    creatives,
    reports,
    screens,
    override,
    staff,
    audit_log,
    notice,
)


def install(app: FastAPI) -> None:
    """Adds the pages to an application."""
    for page in PAGES:
        app.include_router(page.router, include_in_schema=False)
    app.mount("/operator/static", RevalidatedFiles(directory=DIRECTORY))
