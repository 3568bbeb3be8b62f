"""Many processes publish into one folder at once, and some are killed in the midst of it.

python -m tests.kills.crowd SEED PROCESSES KILLS

Prints a JSON object: `versions` published, of which by `killed` processes, and `problems`.
"""

import collections
import json
import os
import random
import sys
import tempfile
import time

from graftnet_tf.registry.verification import damage, leftovers, published
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.workspace import Workspace
from tests.kills.forks import Fork
from tests.kills.jobs import VERSIONS_AT_ONCE, publish_some


def crowd(root: str, processes: int, kills: int, chance: random.Random) -> dict:
    """Starts the processes, kills the first of them one by one, and counts what is there."""
    workspace = Workspace(root, create=True)
    forks = [Fork(lambda: publish_some(workspace)) for _ in range(processes)]
    for fork in forks[:kills]:
        time.sleep(chance.uniform(0, 0.3))
        fork.kill()
    killed = [fork.pid for fork in forks if fork.end()]
    publish_some(workspace, 1)  # removes what the killed ones left
    versions = [os.path.join(*parts) for parts in published(workspace)]
    by_process = collections.Counter(
        manifest.read(workspace.path(version))["of"] for version in versions
    )
    short = {
        fork.pid: by_process[fork.pid]
        for fork in forks
        if fork.pid not in killed and by_process[fork.pid] != VERSIONS_AT_ONCE
    }
    problems = [
        *damage(workspace).values(),
        *(f"Left after all: {path}" for path in leftovers(workspace)),
        *(f"Process {pid} published {VERSIONS_AT_ONCE}, {n} are there" for pid, n in short.items()),
    ]
    return {
        "versions": len(versions),
        "killed": sum(by_process[pid] for pid in killed),
        "problems": problems,
    }


def main() -> None:
    seed, processes, kills = map(int, sys.argv[1:])
    with tempfile.TemporaryDirectory() as root:
        print(json.dumps(crowd(root, processes, kills, random.Random(seed))))


if __name__ == "__main__":
    main()
