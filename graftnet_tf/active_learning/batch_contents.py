"""The files of a batch's images, as they were when they were chosen."""

import hashlib
from collections.abc import Iterator

from absl import logging

from graftnet_tf.active_learning.batch import Batch, Chosen
from graftnet_tf.errors import GraftNetError
from graftnet_tf.io.image_fetching import UnreadableError, read

_TIMEOUT = 20.0  # seconds that a web server with an image may stay silent


def read_chosen(chosen: Chosen) -> bytes:
    """The bytes of an image's file.

    Raises:
      UnreadableError: it is not where it was, or is another one.
    """
    content = read(chosen.image, _TIMEOUT)
    if hashlib.sha256(content).hexdigest() != chosen.sha256:
        raise UnreadableError("Its content is another one than when it was chosen.")
    return content


def batch_contents(batch: Batch) -> Iterator[tuple[Chosen, bytes]]:
    """Each image with its file's bytes; those that have moved or changed are told and left out.

    Raises:
      GraftNetError: none is left.
    """
    gone: dict[str, str] = {}
    for chosen in batch.images:
        try:
            yield chosen, read_chosen(chosen)
        except UnreadableError as error:
            gone[chosen.image] = str(error)
    if not gone:
        return
    image, reason = next(iter(gone.items()))
    told = f"{len(gone)} of {len(batch.images)} images cannot be read, the first {image}: {reason}"
    if len(gone) == len(batch.images):
        raise GraftNetError(f"{told} Put them back where the batch was chosen from.")
    logging.warning("%s They are left out; exported again, the batch has those put back.", told)
