"""Loads, kills, swaps and attacks a server, and tells what came of it: `make soak`."""

import os
import shutil
import tempfile
import time
from typing import Any

import grpc
from absl import flags, logging
from tensorflow_serving.apis.model_management_pb2 import ReloadConfigRequest
from tensorflow_serving.apis.model_service_pb2_grpc import ModelServiceStub

from graftnet_tf.registry.served_models import GRAFTNET_DIR
from graftnet_tf.workspace.workspace import Workspace
from pipelines import shell
from tests.serving.fake_versions import publish_branch, publish_model, publish_trunk
from tests.serving.fuzz.campaign import Campaign
from tests.serving.model_server.number_models import config, specific
from tests.serving.sample_images import image_file
from tests.serving.soak.clients import Clients, direct_answers, image_request
from tests.serving.soak.server_process import ServerProcess
from tests.serving.soak.throughput import throughput

MINUTES = flags.DEFINE_float("minutes", 3.0, "Of load while versions come and go.")
SWAPS = flags.DEFINE_integer("swaps", 50, "Swaps over which memory is watched.")
MESSAGES = flags.DEFINE_integer("messages", 10_000, "Hostile messages.")
MODEL = flags.DEFINE_string(
    "model", None, "Composed SavedModel to measure throughput with; a tiny one by default."
)
SECONDS = flags.DEFINE_float("seconds", 20.0, "Of each measurement of throughput.")

_VERSIONS = 4
_IMAGES = [image_file(seed, size=(120, 240)) for seed in range(16)]


def main() -> None:
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        made = _made_versions(folder)
        served = os.path.join(folder, "served")
        expected = {
            version: direct_answers(os.path.join(made, str(version)), _IMAGES)
            for version in range(1, _VERSIONS + 1)
        }
        _publish(made, served, 1)
        with ServerProcess(f"--model_base_path={served}", "--poll_seconds=0.2") as server:
            figures["load"] = _load(server, made, served, expected)
            logging.info("load: %s", figures["load"])
            figures["kill"] = _kill(server, expected)
            logging.info("kill: %s", figures["kill"])
            figures["swaps"] = _swaps(server, made, served)
            logging.info("swaps: %s", figures["swaps"])
            figures["fuzz"] = _fuzz(server)
            logging.info("fuzz: %s", figures["fuzz"])
            figures["exit_status"] = server.stop()
        figures["throughput"] = throughput(
            MODEL.value or os.path.join(made, "1"),
            folder,
            _IMAGES,
            seconds=SECONDS.value,
            turns=2,
            clients=64,
        )
    shell.print_json(figures)


def _made_versions(folder: str) -> str:
    """A directory of composed versions whose answers differ."""
    os.makedirs(os.path.join(folder, "workspace"))
    workspace = Workspace(os.path.join(folder, "workspace"))
    publish_trunk(workspace)
    for seed in range(_VERSIONS):
        publish_branch(workspace, "bald", seed=seed)
        publish_model(workspace)
    return workspace.path(*GRAFTNET_DIR)


def _publish(made: str, served: str, version: int) -> None:
    """Publishes a version in one step, as `compose` does."""
    aside = os.path.join(served, f".incoming-{version}")
    shutil.copytree(os.path.join(made, str(version)), aside)
    os.rename(aside, os.path.join(served, str(version)))


def _withdraw(served: str, version: int) -> None:
    aside = os.path.join(served, f".withdrawn-{version}")
    os.rename(os.path.join(served, str(version)), aside)
    shutil.rmtree(aside)


def _load(server: ServerProcess, made: str, served: str, expected: Any) -> dict[str, Any]:
    """64 clients while versions are published, rolled back, and chosen by reloads."""
    end = time.monotonic() + 60 * MINUTES.value
    rounds = 0
    with (
        grpc.insecure_channel(server.address) as channel,
        Clients(server.address, _IMAGES, expected) as clients,
    ):
        models = ModelServiceStub(channel)

        def reload(**model: Any) -> None:
            listed = config(graftnet=(served, model))
            models.HandleReloadConfigRequest(ReloadConfigRequest(config=listed), timeout=120)

        while time.monotonic() < end:
            for version in range(2, _VERSIONS + 1):
                _publish(made, served, version)
                time.sleep(2)
            reload(**specific(1, _VERSIONS))
            time.sleep(2)
            reload(**specific(1))
            time.sleep(2)
            reload()
            for version in range(_VERSIONS, 1, -1):
                _withdraw(served, version)
                time.sleep(2)
            rounds += 1
    return {
        **clients.figures(),
        "rounds": rounds,
        "answers_by_version": dict(sorted(clients.versions.items())),
        "first_failures": (clients.failed + clients.wrong)[:5],
    }


def _kill(server: ServerProcess, expected: Any) -> dict[str, Any]:
    """Kills the server and starts it again; its answers are then checked."""
    server.kill()
    server.restart()
    with Clients(server.address, _IMAGES, expected, count=4) as clients:
        time.sleep(2)
    return {"seconds_until_served": server.seconds, **clients.figures()}


def _swaps(server: ServerProcess, made: str, served: str) -> dict[str, Any]:
    """Resident memory while versions come and go, a request to each."""
    rss = []
    with grpc.insecure_channel(server.address) as channel:
        send = channel.unary_unary("/tensorflow.serving.PredictionService/Predict")
        for _ in range(-(-SWAPS.value // 2)):
            for newest in (2, 1):
                if newest == 2:
                    _publish(made, served, 2)
                else:
                    _withdraw(served, 2)
                request = image_request(_IMAGES)
                request.model_spec.version.value = newest
                _until_answered(send, request.SerializeToString())
                rss.append(round(server.rss_mib()))
    return {"rss_mib": rss[:: max(1, len(rss) // 10)], "first": rss[0], "last": rss[-1]}


def _until_answered(send: Any, message: bytes) -> None:
    for _ in range(600):
        try:
            send(message, timeout=120)
            return
        except grpc.RpcError as error:
            if error.code() != grpc.StatusCode.NOT_FOUND:
                raise
            time.sleep(0.05)
    raise TimeoutError("The server did not move to the version in time.")


def _fuzz(server: ServerProcess) -> dict[str, Any]:
    before = server.rss_mib()
    campaign = Campaign(server.address)
    campaign.run(range(MESSAGES.value))
    statuses: dict[str, int] = {}
    for (_, status), count in campaign.statuses.items():
        statuses[status] = statuses.get(status, 0) + count
    return {
        "statuses": statuses,
        "wrong": len(campaign.wrong),
        "first_wrong": campaign.wrong[:5],
        "honest": campaign.honest,
        "harmed": len(campaign.harmed),
        "alive": server.is_alive(),
        "rss_mib_before": before,
        "rss_mib_after": server.rss_mib(),
    }


if __name__ == "__main__":
    shell.run(main)
