"""What a screen, or its last will, says through a broker."""

from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from serving.advertising.store.plays import Uuid

_MOST_BYTES = 256


class PresenceMessage(BaseModel):
    """Whether a session is online.

    Attributes:
      session: UUID of the page.
      online: False in a last will.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    session: Uuid
    online: bool

    @classmethod
    def parse(cls, payload: bytes) -> Self | None:
        """Reads a payload; None for one that is anything else, or longer than 256 bytes."""
        if len(payload) > _MOST_BYTES:
            return None
        try:
            return cls.model_validate_json(payload)
        except ValidationError:
            return None
