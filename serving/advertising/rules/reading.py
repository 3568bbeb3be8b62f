"""From the text of a schema to rules that can be applied."""

import dataclasses
import difflib
from collections.abc import Collection, Iterable, Iterator

from serving.advertising.rules.policy import Policy
from serving.advertising.rules.schema import DEFAULT_CAMPAIGN, Schema
from serving.advertising.rules.yaml_lines import (
    InvalidDocumentError,
    Lines,
    Path,
    Problem,
    read_document,
)


@dataclasses.dataclass(frozen=True)
class Rules:
    """A schema under a policy.

    Attributes:
      schema: What the operator wrote.
      refused: Why campaigns never fire, by name: those that the policy refuses.
    """

    schema: Schema
    refused: dict[str, str]

    def attributes(self) -> frozenset[str]:
        """Names of the attributes that are asked for, without those of refused campaigns."""
        campaigns = self.schema.campaigns.items()
        allowed = (campaign for name, campaign in campaigns if name not in self.refused)
        return frozenset(name for campaign in allowed for name in campaign.attributes())


def read_rules(
    text: str,
    policy: Policy,
    *,
    attributes: Collection[str] | None = None,
    creatives: Collection[str] | None = None,
) -> Rules:
    """Reads a schema.

    Args:
      text: YAML.
      policy: What may not be asked for; a campaign that does is kept and never fires.
      attributes: Those that the served model has; None when it is not known.
      creatives: Names of creatives that are there; None when it does not matter.

    Raises:
      InvalidDocumentError: with the line, the field and what would do, of everything that is wrong.
    """
    schema, lines = read_document(text, Schema)
    problems = [
        *_names(schema, lines),
        *_unknown(lines, _creatives(schema), "creative", creatives),
        *_unknown(lines, _attributes(schema), "attribute of the served model", attributes),
    ]
    if problems:
        raise InvalidDocumentError(problems)
    refusals = {
        name: policy.refusal(name, campaign.attributes())
        for name, campaign in schema.campaigns.items()
    }
    return Rules(schema, {name: why for name, why in refusals.items() if why})


def _names(schema: Schema, lines: Lines) -> Iterator[Problem]:
    if DEFAULT_CAMPAIGN in schema.campaigns:
        yield lines.problem(
            ("campaigns", DEFAULT_CAMPAIGN), "that is the playlist's own name; choose another"
        )
    used = {campaign.category for campaign in schema.campaigns.values()}
    for category in schema.separation:
        if category not in used:
            yield lines.problem(
                ("separation", category), "no campaign has that category; give it to two at least"
            )


def _creatives(schema: Schema) -> Iterator[tuple[Path, str]]:
    """The creatives that are named, each with its place."""
    for place, name in enumerate(schema.default_playlist):
        yield ("default_playlist", place), name
    for campaign, its in schema.campaigns.items():
        for place, name in enumerate(its.creatives):
            yield ("campaigns", campaign, "creatives", place), name


def _attributes(schema: Schema) -> Iterator[tuple[Path, str]]:
    """The attributes that are asked for, each with the condition that does."""
    for campaign, its in schema.campaigns.items():
        for name in its.attributes():
            yield ("campaigns", campaign, "when"), name


def _unknown(
    lines: Lines, named: Iterable[tuple[Path, str]], kind: str, known: Collection[str] | None
) -> Iterator[Problem]:
    """The names that are not among the known ones; none where those are not known."""
    for path, name in named:
        if known is None or name in known:
            continue
        near = difflib.get_close_matches(name, known, 1)
        listed = f"there are {', '.join(sorted(known))}" if known else "there is none yet"
        hint = f"did you mean {near[0]}?" if near else listed
        yield lines.problem(path, f"{name} is no {kind}; {hint}")
