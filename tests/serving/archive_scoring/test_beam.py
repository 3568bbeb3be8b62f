"""Workers of Apache Beam write what this process writes, killed or not."""

import functools
import http.server
import json
import os
import signal
import threading

import pytest

from graftnet_tf.io.part_runs import FN_API_RUNNER, Runner
from tests.beam_workers import worker_processes
from tests.fragile_model import Fragile
from tests.serving.archive_scoring.conftest import COUNT, contents

pytest.importorskip("apache_beam", reason="Apache Beam is not installed: make beam")
pytestmark = pytest.mark.slow

from graftnet_tf.archive_tables.job import TableJob  # noqa: E402
from serving.archive_scoring.job import score_archive  # noqa: E402

SETTINGS = {"batch_size": 3, "part_size": 2}


@pytest.fixture
def local(archive, colour_model, tmp_path):
    """The files that this process writes."""
    score_archive([str(archive)], colour_model, str(tmp_path / "local"), **SETTINGS)
    return contents(tmp_path / "local")


@pytest.mark.parametrize("workers", [1, 2])
def test_the_same_bytes_from_any_number_of_workers(workers, local, archive, colour_model, tmp_path):
    runner = Runner(FN_API_RUNNER, workers)
    score_archive([str(archive)], colour_model, str(tmp_path / "out"), runner=runner, **SETTINGS)
    assert contents(tmp_path / "out") == local


def test_two_workers_that_are_killed_leave_the_same_bytes(archive, colour_model, tmp_path):
    """Killed in the middle of a part, while they wait for an image."""
    killed = []

    class Server(http.server.SimpleHTTPRequestHandler):
        def do_GET(self):
            if self.path == "/7.png" and deadly and not killed:
                killed.extend(worker_processes(os.getpid()))
                for worker in killed:
                    os.kill(worker, signal.SIGKILL)
            else:
                super().do_GET()

        def log_message(self, *_):
            pass

    handler = functools.partial(Server, directory=str(archive))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        urls = [f"http://127.0.0.1:{port}/{number}.png" for number in range(COUNT)]
        deadly = False
        score_archive(urls, colour_model, str(tmp_path / "local"), **SETTINGS)
        deadly = True
        runner = Runner(FN_API_RUNNER, workers=2)
        score_archive(urls, colour_model, str(tmp_path / "out"), runner=runner, **SETTINGS)
        server.shutdown()
    assert len(killed) == 2
    assert contents(tmp_path / "out") == contents(tmp_path / "local")


def test_images_that_kill_every_process_cost_the_others_nothing(archive, colour_model, tmp_path):
    """The tables are those of a model that fails on them without killing anybody."""
    poison = frozenset((archive / name).read_bytes() for name in ("1.png", "2.png"))
    sources = sorted(str(archive / f"{number}.png") for number in range(COUNT))

    def letters_of(deadly, output, runner):
        load = functools.partial(Fragile, colour_model, poison, deadly)
        job = TableJob(str(output), "scores", {}, load, batch_size=3, part_size=5)
        summary = job.run(sources, runner)
        assert (summary.rows, summary.dead_letters) == (COUNT - 4, 4)
        lines = (output / "dead_letters.jsonl").read_text().splitlines()
        return {letter.pop("source"): letter for letter in map(json.loads, lines)}

    failed = letters_of(False, tmp_path / "failed", Runner())
    killed = letters_of(True, tmp_path / "killed", Runner(FN_API_RUNNER, workers=2, attempts=2))
    assert contents(tmp_path / "killed" / "scores") == contents(tmp_path / "failed" / "scores")
    assert not (tmp_path / "killed" / "plan").exists()
    for name in ("1.png", "2.png"):
        letter = killed.pop(str(archive / name))
        assert letter["reason"].startswith("Its process did not survive it in any of 2 attempts")
        assert letter["sha256"] == failed.pop(str(archive / name))["sha256"]
    assert killed == failed
