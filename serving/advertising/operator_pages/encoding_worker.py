"""A process that encodes one upload: its settings as argument, the file in, the creative out."""

import dataclasses
import json
import os
import sys

from graftnet_tf.errors import GraftNetError
from serving.advertising.creatives import CreativeLimits, encode_creative

_NICENESS = 10  # snapshots go first


def main() -> None:
    """Writes a line of JSON, with the creative's fields or the problem, and then its bytes."""
    os.nice(_NICENESS)
    settings = json.loads(sys.argv[1])
    limits = CreativeLimits(**settings["limits"])
    try:
        creative = encode_creative(
            sys.stdin.buffer.read(), seconds=settings["seconds"], limits=limits
        )
    except GraftNetError as error:
        answer, content = {"problem": str(error)}, b""
    else:
        answer, content = dataclasses.asdict(creative), creative.content
        del answer["content"]
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + content)


if __name__ == "__main__":
    main()
