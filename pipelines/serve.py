"""Serves models over TF Serving's gRPC API until it is told to stop."""

import signal
import threading

from absl import flags, logging

from graftnet_tf.errors import GraftNetError
from graftnet_tf.registry.served_models import GRAFTNET_DIR
from pipelines import shell
from pipelines.flags.listening import HOST, define_port, key_pair
from serving.model_server.json_log import JsonLines
from serving.model_server.models.batching import Batching
from serving.model_server.models.model_config import ModelConfig, read_config
from serving.model_server.models.weight_layouts import keep_weight_layouts
from serving.model_server.requests.limits import Limits
from serving.model_server.server import ModelServer
from serving.model_server.tls import Tls
from serving.schema import ports

BASE_PATH = flags.DEFINE_string(
    "model_base_path", None, "Directory of numbered SavedModels; --workspace's by default."
)
MODEL_NAME = flags.DEFINE_string("model_name", "graftnet", "Name of the model on the server.")
CONFIG_FILE = flags.DEFINE_string(
    "model_config_file", None, "ModelServerConfig in proto text, for several models."
)
ALLOW_LABELS = flags.DEFINE_bool(
    "allow_version_labels_for_unavailable_models",
    False,
    "Whether a label that is not in use may be given to a version before it is loaded.",
)
PORT = define_port(8500)
METRICS_PORT = flags.DEFINE_integer(
    "metrics_port",
    None,
    "Port of Prometheus metrics on 127.0.0.1; 0 picks a free one.",
    lower_bound=0,
    upper_bound=ports.LARGEST,
)
POLL_SECONDS = flags.DEFINE_float(
    "poll_seconds", 30.0, "Seconds between looks for new versions; 0 is never.", lower_bound=0
)
DRAIN_SECONDS = flags.DEFINE_float(
    "drain_seconds", 30.0, "Seconds that requests under way may take at the end.", lower_bound=0
)
TENSOR_CONTENT = flags.DEFINE_bool(
    "enable_serialization_as_tensor_content",
    False,
    "Send outputs as tensor_content, which is smaller and quicker, in place of typed fields.",
)
LOG_FORMAT = flags.DEFINE_enum("log_format", "text", ["text", "json"], "Lines on stderr.")

ENABLE_BATCHING = flags.DEFINE_bool("enable_batching", True, "Gather requests of many clients.")
MAX_BATCH_SIZE = flags.DEFINE_integer("max_batch_size", 16, "Rows of a batch.")
BATCH_TIMEOUT_MICROS = flags.DEFINE_integer(
    "batch_timeout_micros", 2000, "How long an incomplete batch waits for more."
)
ALLOWED_BATCH_SIZES = flags.DEFINE_list(
    "allowed_batch_sizes", [], "Sizes that batches are padded to; powers of two by default."
)
MAX_ENQUEUED_BATCHES = flags.DEFINE_integer("max_enqueued_batches", 64, "Batches that may wait.")
NUM_BATCH_THREADS = flags.DEFINE_integer("num_batch_threads", 2, "Batches computed at once.")

MAX_MESSAGE_MIB = flags.DEFINE_integer("max_message_mib", 64, "Limit of a request, in MiB.")
MAX_ROWS = flags.DEFINE_integer("max_rows", 256, "Limit of images in a request.")
MAX_IMAGE_MIB = flags.DEFINE_integer("max_image_mib", 32, "Limit of an image file, in MiB.")
MAX_MEGAPIXELS = flags.DEFINE_integer(
    "max_megapixels", 1000, "Limit of what decoding a request may touch, in millions of pixels."
)
MAX_IN_FLIGHT = flags.DEFINE_integer("max_in_flight", 64, "Requests answered at once.")
MAX_WAITING = flags.DEFINE_integer("max_waiting", 64, "Requests that may wait for their turn.")
MAX_MIB_IN_FLIGHT = flags.DEFINE_integer(
    "max_mib_in_flight", 512, "Size of all requests that are answered or wait, in MiB."
)

TLS_CLIENT_CA = flags.DEFINE_string(
    "tls_client_ca", None, "PEM file; clients then must show a certificate signed by it."
)


def main() -> None:
    keep_weight_layouts()
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    if LOG_FORMAT.value == "json":
        logging.get_absl_handler().setFormatter(JsonLines())
    server = ModelServer(
        _models(),
        host=HOST.value,
        port=PORT.value,
        poll_seconds=POLL_SECONDS.value,
        batching=_batching(),
        limits=_limits(),
        tls=_tls(),
        allow_labels_for_unavailable=ALLOW_LABELS.value,
        tensor_content=TENSOR_CONTENT.value,
    )
    if METRICS_PORT.value is not None:
        page = server.metrics.serve(METRICS_PORT.value)
        print(f"Metrics at http://{page.address}/metrics", flush=True)
    server.start()
    for name, versions in server.store.available().items():
        listed = ", ".join(map(str, versions))
        print(f"Serving {name} version {listed} at {server.address}", flush=True)
    stopped.wait()
    logging.info("Finishing the requests under way.")
    server.stop(DRAIN_SECONDS.value)


def _models() -> list[ModelConfig]:
    if CONFIG_FILE.value is None:
        base_path = BASE_PATH.value or shell.open_workspace().path(*GRAFTNET_DIR)
        return [ModelConfig(MODEL_NAME.value, base_path)]
    if BASE_PATH.value is not None:
        raise flags.Error("Give --model_config_file or --model_base_path, not both.")
    return read_config(CONFIG_FILE.value)


def _batching() -> Batching | None:
    if not ENABLE_BATCHING.value:
        return None
    try:
        sizes = tuple(int(size) for size in ALLOWED_BATCH_SIZES.value)
    except ValueError:
        raise flags.Error(
            f"--allowed_batch_sizes is {','.join(ALLOWED_BATCH_SIZES.value)}; expected numbers."
        ) from None
    try:
        return Batching(
            max_batch_size=MAX_BATCH_SIZE.value,
            batch_timeout_micros=BATCH_TIMEOUT_MICROS.value,
            allowed_batch_sizes=sizes,
            max_enqueued_batches=MAX_ENQUEUED_BATCHES.value,
            num_batch_threads=NUM_BATCH_THREADS.value,
        )
    except GraftNetError as error:
        raise flags.Error(str(error)) from None


def _limits() -> Limits:
    try:
        return Limits(
            message_bytes=MAX_MESSAGE_MIB.value << 20,
            rows=MAX_ROWS.value,
            string_bytes=MAX_IMAGE_MIB.value << 20,
            decoded_pixels=MAX_MEGAPIXELS.value * 1_000_000,
            in_flight=MAX_IN_FLIGHT.value,
            waiting=MAX_WAITING.value,
            bytes_in_flight=MAX_MIB_IN_FLIGHT.value << 20,
        )
    except GraftNetError as error:
        raise flags.Error(str(error)) from None


def _tls() -> Tls | None:
    if pair := key_pair():
        return Tls(pair.certificate, pair.key, TLS_CLIENT_CA.value)
    if TLS_CLIENT_CA.value is not None:
        raise flags.Error("--tls_client_ca needs --tls_certificate and --tls_key.")
    return None


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
