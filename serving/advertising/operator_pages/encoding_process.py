"""Encodes uploads in a process of their own, where damage that crashes a decoder stays."""

import asyncio
import dataclasses
import json
import sys

from graftnet_tf.errors import GraftNetError
from serving.advertising.creatives import CreativeLimits, EncodedCreative
from serving.advertising.operator_pages import encoding_worker

_SECONDS = 600.0


async def encode(
    content: bytes, *, seconds: float | None, limits: CreativeLimits
) -> EncodedCreative:
    """As `encode_creative`, while the loop goes on.

    Raises:
      GraftNetError: as there, and where it takes longer than ten minutes or crashes.
    """
    settings = {"seconds": seconds, "limits": dataclasses.asdict(limits)}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        encoding_worker.__name__,
        json.dumps(settings),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(_SECONDS):
            output, _ = await process.communicate(content)
    except TimeoutError:
        raise GraftNetError(
            f"The file takes more than {_SECONDS:g} s to encode; upload a smaller or shorter one."
        ) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    head, _, encoded = output.partition(b"\n")
    if process.returncode != 0 or not head:
        raise GraftNetError("The file crashed its decoder; save it anew, in another format.")
    answer = json.loads(head)
    if problem := answer.get("problem"):
        raise GraftNetError(problem)
    return EncodedCreative(content=encoded, **answer)
