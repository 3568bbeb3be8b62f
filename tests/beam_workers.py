"""Processes of Apache Beam's workers, to be killed."""

import pathlib


def worker_processes(ancestor: int) -> list[int]:
    """Numbers of the workers that a process, or one of its children, has started."""
    parents, workers = {}, []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            command = (folder / "cmdline").read_text().split("\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if state != "Z":
            parents[int(folder.name)] = int(parent)
            if "python" in command[0] and any("sdk_worker_main" in word for word in command):
                workers.append(int(folder.name))

    def is_below(process: int) -> bool:
        while process in parents and process != ancestor:
            process = parents[process]
        return process == ancestor

    return [worker for worker in workers if is_below(worker)]
