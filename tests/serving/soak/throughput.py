"""Images a second through a server, beside the same model without one."""

import os
import time
from collections.abc import Sequence
from typing import Any

from serving.model_server.models.servable import Servable
from serving.model_server.requests.limits import Limits
from tests.serving.soak.clients import Clients, direct_answers, image_request
from tests.serving.soak.server_process import ServerProcess

_WARM_UP = 5.0  # seconds, in which TensorFlow prepares each batch size


def throughput(
    model: str, folder: str, images: Sequence[bytes], *, seconds: float, turns: int, clients: int
) -> dict[str, Any]:
    """Images a second of clients of single images, and of full batches without a server, in turns.

    Args:
      model: Directory of a composed SavedModel.
      folder: Local directory to serve it from.
      images: A full batch.
      seconds: Of a measurement.
      turns: Measurements of each.
      clients: Number of clients that ask at once.
    """
    base_path = os.path.join(folder, "measured")
    os.makedirs(base_path)
    os.symlink(os.path.abspath(model), os.path.join(base_path, "1"))
    expected = {1: direct_answers(model, images)}
    servable = Servable(model, 1)
    direct, served, latencies = [], [], {}
    with ServerProcess(f"--model_base_path={base_path}") as server:
        for _ in range(turns):
            direct.append(_direct_rate(servable, images, seconds))
            with Clients(server.address, images, expected, count=clients):
                time.sleep(min(seconds, _WARM_UP))
            with Clients(server.address, images, expected, count=clients) as asking:
                time.sleep(seconds)
            latencies = asking.figures()
            served.append(latencies["per_second"])
    return {
        "direct_per_second": direct,
        "served_per_second": served,
        "ratio": sum(served) / sum(direct),
        "p50_ms": latencies["p50_ms"],
        "p99_ms": latencies["p99_ms"],
        "failed": latencies["failed"],
        "wrong": latencies["wrong"],
    }


def _direct_rate(servable: Servable, images: Sequence[bytes], seconds: float) -> float:
    inputs = image_request(images).inputs
    servable.predict("predict_jpeg", inputs, limits=Limits())
    began, count = time.monotonic(), 0
    while time.monotonic() - began < seconds:
        servable.predict("predict_jpeg", inputs, limits=Limits())
        count += len(images)
    return count / (time.monotonic() - began)
