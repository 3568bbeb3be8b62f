"""What the clients need of the conversations with a kind of model."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from serving.client.conversation import Conversation
from serving.client.pictures import LoadedPicture

Answer = TypeVar("Answer")


class Questions(Protocol[Answer]):
    """Conversations about pictures."""

    def ask(
        self, pictures: Sequence[LoadedPicture], attributes: Sequence[str]
    ) -> Conversation[list[Answer]]:
        """One answer per picture, in order."""
