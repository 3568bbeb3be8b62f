"""What operators may do; each role may do what those before it may."""

from typing import Literal, get_args

Role = Literal["viewer", "editor", "approver", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
"""viewer looks; editor changes rules and uploads; approver approves creatives and
overrides screens; admin enrols lifts and screens and manages operators."""


def may(own: Role, needed: Role) -> bool:
    """Whether a role may do what another is needed for."""
    return ROLES.index(own) >= ROLES.index(needed)
