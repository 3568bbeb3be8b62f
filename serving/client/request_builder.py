"""What a client asks of a kind of model."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from serving.client.images import LoadedImage
from serving.client.rpc_flow import RpcFlow

Answer = TypeVar("Answer")


class RequestBuilder(Protocol[Answer]):
    """Makes the flow of calls about some images."""

    def ask(
        self, images: Sequence[LoadedImage], attributes: Sequence[str]
    ) -> RpcFlow[list[Answer]]:
        """One answer per image, in order."""
