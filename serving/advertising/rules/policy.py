"""Which attributes may not be asked for: one file lists them, with the exceptions."""

import importlib.resources
from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from serving.advertising.rules.schema import Name
from serving.advertising.rules.yaml_lines import read_document

_Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=20)]


class PolicyException(BaseModel):
    """An exception that somebody answers for.

    Attributes:
      name: Name under which it is cited.
      attributes: Sensitive attributes that it allows.
      campaigns: Campaigns that may ask for them; all without any.
      reason: Reason for it, at least 20 characters.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    attributes: Annotated[tuple[str, ...], Field(min_length=1)]
    campaigns: tuple[str, ...] = ()
    reason: _Reason

    def allows(self, attribute: str, campaign: str) -> bool:
        """Whether a campaign may ask for an attribute by this exception."""
        return attribute in self.attributes and (not self.campaigns or campaign in self.campaigns)


class Policy(BaseModel):
    """Sensitive attributes and exceptions.

    Attributes:
      sensitive: Attributes that are refused in conditions.
      allowed: Exceptions.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    sensitive: tuple[str, ...]
    allowed: tuple[PolicyException, ...] = ()

    def refusal(self, campaign: str, attributes: Sequence[str]) -> str | None:
        """Why a campaign may not ask for its attributes, or None if it may."""
        refused = [
            attribute
            for attribute in attributes
            if attribute in self.sensitive
            and not any(entry.allows(attribute, campaign) for entry in self.allowed)
        ]
        if not refused:
            return None
        return (
            f"refused by policy: {', '.join(refused)} "
            f"{'is' if len(refused) == 1 else 'are'} sensitive, and no named exception with a "
            "reason allows it"
        )


def read_policy(text: str) -> Policy:
    """Reads a policy file.

    Raises:
      InvalidDocumentError: it is not one, with the lines.
    """
    return read_document(text, Policy)[0]


def shipped_policy() -> Policy:
    """The policy that comes with the package, which permits `holding_baby`."""
    return read_policy(
        importlib.resources.files(__package__).joinpath("sensitive_attributes.yaml").read_text()
    )
