"""What one request, and all of them together, may ask of the server."""

import dataclasses

from graftnet_tf.errors import GraftNetError


@dataclasses.dataclass(frozen=True)
class Limits:
    """Bounds that hold whatever comes over the wire.

    Attributes:
      message_bytes: Bytes of a request, and of any tensor that it declares.
      rows: Images, or other entries along the first dimension, of one input.
      string_bytes: Bytes of one string, such as an image file.
      decoded_pixels: Pixels of all images in a request together, each as often as it has
        scans.
      in_flight: Requests being answered at once.
      waiting: Requests that wait for their turn; more are refused.
      bytes_in_flight: Bytes of all requests that are answered or wait, as they come over
        the wire; more are refused before they are parsed.
    """

    message_bytes: int = 64 << 20
    rows: int = 256
    string_bytes: int = 32 << 20
    decoded_pixels: int = 1_000_000_000
    in_flight: int = 64
    waiting: int = 64
    bytes_in_flight: int = 512 << 20

    def __post_init__(self) -> None:
        for name, value in dataclasses.asdict(self).items():
            least = 0 if name == "waiting" else 1
            if value < least:
                raise GraftNetError(f"Limit {name} is {value}; expected at least {least}.")
        if self.bytes_in_flight < self.message_bytes:
            raise GraftNetError(
                f"Limit bytes_in_flight is {self.bytes_in_flight}, which has no room for one "
                f"request of message_bytes, {self.message_bytes}; expected at least that."
            )
