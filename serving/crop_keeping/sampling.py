"""Which snapshots are sampled: a function of their content and a seed, so that asking again changes
nothing."""

import hashlib
from collections.abc import Iterable


def snapshot_name(contents: Iterable[bytes]) -> str:
    """Names a snapshot by what it consists of: 32 hex digits that tell no camera and no time.

    Args:
      contents: Its files, in any order.
    """
    digests = sorted(hashlib.sha256(content).digest() for content in contents)
    return hashlib.sha256(b"".join(digests)).hexdigest()[:32]


def is_sampled(name: str, share: float, seed: int) -> bool:
    """Whether a snapshot is one of the sample, which a larger share only adds to.

    Args:
      name: As `snapshot_name` gives it.
      share: Share of all snapshots that are sampled, 0 to 1.
      seed: Seed.
    """
    digest = hashlib.sha256(f"{seed} {name}".encode()).digest()
    return int.from_bytes(digest[:8]) < share * 2**64
