"""What a lift's screens are told: all of it each time, so that the newest is enough."""

from typing import Any

from serving.advertising.decisions.catalog import Catalog
from serving.advertising.decisions.facts import Creative, Lift
from serving.advertising.decisions.lift_state import Decision, LiftState
from serving.advertising.rules.calendar import Interval
from serving.advertising.rules.schema import DEFAULT_CAMPAIGN

_MILLISECONDS = 1000


def state_document(
    catalog: Catalog, lift: Lift, state: LiftState, now: float, notice: dict[str, str]
) -> dict[str, Any]:
    """A lift's state, as JSON; times in milliseconds since the epoch.

    Its `revision` grows with each change in the store, whichever gateway tells of it and whatever
    its clock says: of two documents of a lift the one with the higher revision is no older.

    Args:
      catalog: Schema, creatives and overrides in force.
      lift: Whose screens they are.
      state: What is kept of it.
      now: Seconds since the epoch.
      notice: `text` and `url` of what is processed.
    """
    schema = catalog.rules.schema
    playlist = [_item(it, DEFAULT_CAMPAIGN) for it in catalog.shown(schema.default_playlist)]
    override = _override(catalog, lift)
    cut_in = override and override["item"]
    return {
        "lift": lift.name,
        "revision": catalog.version + state.version,
        "server_time": int(now * _MILLISECONDS),
        "playlist": playlist,
        "decision": _decision(catalog, state.waiting),
        "override": override,
        "off_hours": {
            "timezone": lift.timezone or schema.timezone,
            "intervals": [_interval(part) for part in schema.off_hours],
        },
        "cache": [*playlist, *_meant_for(catalog, lift), *([cut_in] if cut_in else [])],
        "notice": notice,
    }


def is_newer(document: dict[str, Any], former: dict[str, Any] | None) -> bool:
    """Whether a document of a lift is no older than a former one, if there is any."""
    return former is None or document["revision"] >= former["revision"]


def _meant_for(catalog: Catalog, lift: Lift) -> list[dict[str, Any]]:
    """Items of all campaigns that the lift may have to show."""
    return [
        _item(creative, name)
        for name, campaign in catalog.rules.schema.campaigns.items()
        if not campaign.where.missed(lift.name, lift.group, lift.tags)
        for creative in catalog.shown(campaign.creatives)
    ]


def _override(catalog: Catalog, lift: Lift) -> dict[str, Any] | None:
    override = catalog.override(lift)
    if override is None:
        return None
    return {
        "id": override.id,
        "text": override.text,
        "item": _named(catalog, override.creative, "override"),
    }


def _decision(catalog: Catalog, waiting: Decision | None) -> dict[str, Any] | None:
    item = _named(catalog, waiting.creative, waiting.campaign) if waiting else None
    if waiting is None or item is None:
        return None
    return {"id": waiting.id, "item": item, "expires_at": int(waiting.expires_at * _MILLISECONDS)}


def _named(catalog: Catalog, name: str | None, campaign: str) -> dict[str, Any] | None:
    shown = catalog.shown([name]) if name else []
    return _item(shown[0], campaign) if shown else None


def _item(creative: Creative, campaign: str) -> dict[str, Any]:
    return {
        "creative": creative.sha256,
        "campaign": campaign,
        "name": creative.name,
        "kind": creative.kind,
        "media_type": creative.media_type,
        "seconds": creative.seconds,
        "bytes": creative.bytes,
    }


def _interval(part: Interval) -> list[str]:
    return [_clock(part.from_), _clock(part.to)]


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
