"""Serves the newest composed model over TF Serving's gRPC API until it is told to stop."""

import signal
import threading

from absl import flags, logging

from pipelines import shell
from serving.compose import SERVED
from serving.embedded.server import ModelServer

BASE_PATH = flags.DEFINE_string(
    "model_base_path", None, "Directory of numbered SavedModels; --workspace's by default."
)
MODEL_NAME = flags.DEFINE_string("model_name", "graftnet", "Name that requests state.")
HOST = flags.DEFINE_string("host", "127.0.0.1", "Interface to listen on; 0.0.0.0 is all of them.")
PORT = flags.DEFINE_integer("port", 8500, "Port; 0 picks a free one.", lower_bound=0)
POLL_SECONDS = flags.DEFINE_float(
    "poll_seconds", 30.0, "Seconds between looks for a newer version; 0 is never.", lower_bound=0
)
MAX_MESSAGE_MIB = flags.DEFINE_integer(
    "max_message_mib", 256, "Limit of a request and of a reply, in MiB.", lower_bound=1
)


def main() -> None:
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    base_path = BASE_PATH.value or shell.open_workspace().path(*SERVED)
    server = ModelServer(
        base_path,
        model_name=MODEL_NAME.value,
        host=HOST.value,
        port=PORT.value,
        poll_seconds=POLL_SECONDS.value,
        max_message_bytes=MAX_MESSAGE_MIB.value << 20,
    )
    with server:
        version = server.store.current.version
        print(f"Serving {MODEL_NAME.value} version {version} at {server.address}", flush=True)
        stopped.wait()
        logging.info("Finishing the requests under way.")


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
