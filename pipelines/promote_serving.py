"""Moves a served model from canary to stable, and back, without a dropped request.

promote_serving --action=pin                 # once: the version in service becomes stable
promote_serving --action=canary --model_version=2
promote_serving --action=promote             # the canary becomes stable, the old one previous
promote_serving --action=rollback            # previous is stable again
promote_serving --action=withdraw            # no canary any more

Rewrites models.config as a whole, in steps: a version is served on every server before it is
labelled, and unlabelled before it is unloaded. Works with tensorflow_model_server and
graftnet-serve.
"""

import dataclasses
import functools

from absl import flags

from pipelines import shell
from pipelines.flags.tls import tls
from serving.client import Endpoint, Tls
from serving.rollout import plan
from serving.rollout.replicas import Replicas, every_address
from serving.rollout.rollout import Rollout
from serving.rollout.versions import Versions

ACTION = flags.DEFINE_enum(
    "action", "", ["", "pin", "canary", "promote", "rollback", "withdraw"], "What to do."
)
MODEL_VERSION = flags.DEFINE_integer(
    "model_version", None, "Version of the model, for --action=canary.", lower_bound=0
)
CONFIG = flags.DEFINE_string(
    "model_config_file", "", "The servers' ModelServerConfig in proto text."
)
MODEL_NAME = flags.DEFINE_string("model_name", "graftnet", "Name of the model on the server.")
SERVERS = flags.DEFINE_list(
    "server", ["127.0.0.1:8500"], "host:port of every server that serves this file."
)
EVERY_ADDRESS = flags.DEFINE_bool(
    "every_address", False, "Each host stands for several servers: take every address it has."
)
PUSH = flags.DEFINE_bool(
    "push",
    True,
    "Send each step to the servers; otherwise wait for them to poll the file "
    "(--model_config_file_poll_wait_seconds).",
)
WAIT_SECONDS = flags.DEFINE_float(
    "wait_seconds", 600.0, "Seconds that the servers may take for a step.", lower_bound=0
)
JSON = flags.DEFINE_bool("json", False, "Print one JSON object as the last line.")


def main() -> None:
    for flag in (ACTION, CONFIG):
        if not flag.value:
            raise flags.Error(f"--{flag.name} is missing.")
    if (ACTION.value == "canary") != (MODEL_VERSION.value is not None):
        raise flags.Error("--model_version goes with --action=canary, and only with it.")
    with Replicas(_endpoints(), timeout=WAIT_SECONDS.value) as replicas:
        served = _act(Rollout(CONFIG.value, MODEL_NAME.value, replicas, push=PUSH.value))
    if JSON.value:
        shell.print_json({"served": sorted(served.served), "labels": served.labels})
        return
    for version in sorted(served.served):
        labels = [label for label, number in served.labels.items() if number == version]
        print(f"{MODEL_NAME.value} version {version}: {', '.join(sorted(labels)) or 'no label'}")


def _act(rollout: Rollout) -> Versions:
    match ACTION.value:
        case "pin":
            return rollout.pin()
        case "canary":
            return rollout.advance(functools.partial(plan.canary, version=MODEL_VERSION.value or 0))
        case action:
            return rollout.advance(getattr(plan, action))


def _endpoints() -> list[Endpoint]:
    asked = tls()
    return [
        Endpoint(address, MODEL_NAME.value, tls=_named(asked, name))
        for name in SERVERS.value
        for address in (every_address(name) if EVERY_ADDRESS.value else [name])
    ]


def _named(asked: Tls | None, server: str) -> Tls | None:
    """Certificates name hosts, not the addresses that these stand for."""
    if asked is None or asked.server_name or not EVERY_ADDRESS.value:
        return asked
    return dataclasses.replace(asked, server_name=server.rpartition(":")[0])


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
