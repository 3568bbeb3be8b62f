"""Reads the catalog."""

import functools

from sqlalchemy.ext.asyncio import AsyncConnection

from serving.advertising.decisions.catalog import Catalog
from serving.advertising.decisions.facts import Creative
from serving.advertising.rules.policy import Policy
from serving.advertising.rules.reading import Rules, read_rules
from serving.advertising.store import changes, creatives, overrides, schemas

FIRST_SCHEMA = """\
# The schema: which advertisement for whom, where and when. docs/advertising.md explains it.
timezone: UTC
default_playlist: [house]
campaigns: {}
"""


async def read_catalog(connection: AsyncConnection, policy: Policy, now: float) -> Catalog:
    """Reads the catalog from the store.

    Raises:
      InvalidDocumentError: the schema in the store is of another release.
    """
    # Before all else: what changes meanwhile is read again.
    seen = await changes.numbers(connection)
    row = await schemas.current(connection)
    text = row.text if row else FIRST_SCHEMA
    shown = {
        entry["name"]: Creative(
            entry["name"],
            entry["sha256"],
            entry["kind"],
            entry["media_type"],
            entry["seconds"],
            entry["bytes"],
            entry["status"] == "approved",
        )
        for entry in await creatives.listed(connection)
    }
    return Catalog(
        _rules(text, policy),
        row.revision if row else 0,
        text,
        shown,
        await overrides.under_way(connection, now),
        seen,
    )


@functools.lru_cache(maxsize=2)
def _rules(text: str, policy: Policy) -> Rules:
    """Rules as they were read last, since reading takes long and most changes are of others."""
    return read_rules(text, policy)
