"""What the clients need of the conversations with a kind of model."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from serving.client.conversation import Conversation
from serving.client.images import LoadedImage

Answer = TypeVar("Answer")


class Questions(Protocol[Answer]):
    """Conversations about images."""

    def ask(
        self, images: Sequence[LoadedImage], attributes: Sequence[str]
    ) -> Conversation[list[Answer]]:
        """One answer per image, in order."""
