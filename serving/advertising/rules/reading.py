"""From the text of a schema to rules that can be applied."""

import dataclasses
import difflib
from collections.abc import Collection
from typing import Any

from serving.advertising.rules.policy import Policy
from serving.advertising.rules.schema import Schema
from serving.advertising.rules.yaml_lines import InvalidDocumentError, read_document


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
    problems = []

    def check(path: tuple[Any, ...], name: str, known: Collection[str] | None, kind: str) -> None:
        if known is None or name in known:
            return
        near = difflib.get_close_matches(name, known, 1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(known))}"
        problems.append(lines.problem(path, f"{name} is no {kind}; {hint if known else 'add it'}"))

    for place, name in enumerate(schema.default_playlist):
        check(("default_playlist", place), name, creatives, "creative")
    for name, campaign in schema.campaigns.items():
        for place, creative in enumerate(campaign.creatives):
            check(("campaigns", name, "creatives", place), creative, creatives, "creative")
        for attribute in campaign.attributes():
            path = ("campaigns", name, "when")
            check(path, attribute, attributes, "attribute of the served model")
    if problems:
        raise InvalidDocumentError(sorted(problems, key=lambda problem: problem.line))
    refusals = {
        name: policy.refusal(name, campaign.attributes())
        for name, campaign in schema.campaigns.items()
    }
    return Rules(schema, {name: why for name, why in refusals.items() if why})
