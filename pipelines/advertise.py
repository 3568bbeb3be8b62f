"""The advertising gateway: snapshots of lifts in, what their screens show out.

Snapshots are looked at by the passengers model of --workspace, served within this process, or by
any server of TF Serving's API that --model_server names. The store is SQLite by default, or
PostgreSQL, which any number of gateways may share; then --mqtt lets each reach every screen.
Operators log in at /operator. Runs until it is told to stop.
"""

import contextlib
import os
import tempfile
from collections.abc import Iterator

import uvloop
from absl import flags, logging

from graftnet_tf.errors import GraftNetError
from pipelines import command_line
from pipelines.flags.database import DATABASE
from pipelines.flags.listening import HOST, TLS_CERTIFICATE, TLS_KEY, define_port, key_pair
from serving.advertising.demo.furnishing import Furnished
from serving.advertising.gateway.gateway import Gateway
from serving.advertising.gateway.settings import Settings
from serving.advertising.rules.policy import Policy, read_policy, shipped_policy
from serving.advertising.service import ServiceOptions, serve
from serving.advertising.xibo.settings_file import read_settings
from serving.client.file_bytes import read_bytes
from serving.http_service.core_dumps import forbid_core_dumps
from serving.http_service.service_url import is_this_computer

_DEFAULTS = Settings()

WORKSPACE = flags.DEFINE_string(
    "workspace", None, "Workspace whose passengers model is served within this process."
)
MODEL_SERVER = flags.DEFINE_string(
    "model_server", None, "host:port of a model server, in place of --workspace."
)
MODEL_NAME = flags.DEFINE_string("model_name", "passengers", "Name of the model on the server.")
PORT = define_port(8600)
TLS_AT_PROXY = flags.DEFINE_bool(
    "tls_at_proxy", False, "Whether a proxy before the gateway has the certificate."
)
SCHEMA = flags.DEFINE_string(
    "schema", None, "YAML file of the rules, followed as it changes; edited on its page without."
)
POLICY = flags.DEFINE_string(
    "policy", None, "YAML file of sensitive attributes; that of the package by default."
)
MQTT = flags.DEFINE_string(
    "mqtt", None, "Broker, mqtt://USER:PASSWORD@HOST:PORT, by which gateways reach all screens."
)
MQTT_PUBLIC_URL = flags.DEFINE_string(
    "mqtt_public_url", None, "Address of the broker for screens, wss://HOST:PORT; with --mqtt."
)

XIBO = flags.DEFINE_string(
    "xibo", None, "YAML file of a Xibo CMS and its display groups, to be told what lifts show."
)

NEXT_IN = flags.DEFINE_float(
    "next_in", _DEFAULTS.next_in, "Seconds between snapshots that lifts are asked for."
)
SNAPSHOT_INTERVAL = flags.DEFINE_float(
    "snapshot_interval",
    _DEFAULTS.snapshot_interval,
    "Least seconds between a lift's snapshots, lastingly; more are refused.",
)
SNAPSHOT_AGE = flags.DEFINE_float(
    "snapshot_age", _DEFAULTS.snapshot_age, "Seconds beyond which a snapshot is too old."
)
MAX_SNAPSHOT_MIB = flags.DEFINE_integer(
    "max_snapshot_mib", _DEFAULTS.snapshot_bytes >> 20, "Largest snapshot, in MiB."
)
MAX_MEGAPIXELS = flags.DEFINE_integer(
    "max_megapixels", _DEFAULTS.snapshot_pixels // 1_000_000, "Most pixels of a snapshot."
)
MAX_UPLOAD_MIB = flags.DEFINE_integer(
    "max_upload_mib", _DEFAULTS.upload_bytes >> 20, "Largest creative, in MiB."
)
MAX_IN_FLIGHT = flags.DEFINE_integer(
    "max_in_flight", _DEFAULTS.in_flight, "Snapshots looked at at once."
)
RETENTION_DAYS = flags.DEFINE_float(
    "retention_days", _DEFAULTS.retention_days, "Days for which decisions and plays are kept."
)
OPERATOR = flags.DEFINE_string("operator", _DEFAULTS.operator, "Who runs this, for the notice.")
CONTACT = flags.DEFINE_string("contact", _DEFAULTS.contact, "Whom to ask, for the notice.")
DEMO = flags.DEFINE_bool(
    "demo", False, "Begin with drawn lifts, screens and advertisements, in a store of their own."
)
SEED = flags.DEFINE_integer("seed", 0, "Seed of the drawn lifts.", lower_bound=0)
LEGAL_BASIS = flags.DEFINE_string(
    "legal_basis", _DEFAULTS.legal_basis, "Legal basis of the processing, in words."
)


def main() -> None:
    forbid_core_dumps()
    settings, policy = _settings(), _policy()
    with _model_server() as address, _database() as database:
        options = ServiceOptions(
            database=database,
            model_server=address,
            policy=policy,
            model=MODEL_NAME.value,
            settings=settings,
            host=HOST.value,
            port=PORT.value,
            tls_certificate=TLS_CERTIFICATE.value,
            tls_key=TLS_KEY.value,
            schema_file=SCHEMA.value,
            mqtt=MQTT.value,
            mqtt_public_url=MQTT_PUBLIC_URL.value,
            xibo=read_settings(XIBO.value) if XIBO.value is not None else None,
        )
        uvloop.run(serve(options, _demonstrate if DEMO.value else _tell))


async def _tell(address: str, gateway: Gateway) -> None:
    print(f"Lifts and screens: {address}   Operators: {address}/operator", flush=True)
    if gateway.setup_token is not None:
        print(f"First operator: {address}/operator/setup#token={gateway.setup_token}", flush=True)


async def _demonstrate(address: str, gateway: Gateway) -> None:
    # Not above: drawing lifts needs more than a gateway does.
    from serving.advertising.demo.run import run_demo

    def tell(furnished: Furnished) -> None:
        for one in furnished.lifts:
            print(f"Screen of {one.lift}: {address}/screen/#token={one.screen_token}")
        print(
            f"Operators: {address}/operator, {furnished.operator} with {furnished.password}\n"
            f"Notice: {address}/notice",
            flush=True,
        )

    await run_demo(address, gateway, tell, seed=SEED.value)


@contextlib.contextmanager
def _model_server() -> Iterator[str]:
    """The address of the model server, started here where none is named."""
    address, workspace = MODEL_SERVER.value, WORKSPACE.value
    if address is not None and workspace is None:
        yield address
        return
    if address is not None or workspace is None:
        raise flags.Error("Give --workspace or --model_server, one of the two.")
    # Not above: TensorFlow takes seconds, and memory that a gateway of its own does not need.
    from graftnet_tf.registry.served_models import PASSENGERS_DIR
    from serving.advertising.recognition.embedded_model import embedded_model

    with embedded_model(os.path.join(workspace, *PASSENGERS_DIR), MODEL_NAME.value) as embedded:
        yield embedded


@contextlib.contextmanager
def _database() -> Iterator[str]:
    """The URL of the store; a new one, gone at the end, for a demonstration."""
    if DEMO.value and not flags.FLAGS["database"].present:
        with tempfile.TemporaryDirectory(prefix="graftnet-advertise-") as directory:
            yield f"sqlite:///{directory}/demo.db"
    else:
        yield DATABASE.value


def _settings() -> Settings:
    if (MQTT.value is None) != (MQTT_PUBLIC_URL.value is None):
        raise flags.Error("--mqtt and --mqtt_public_url go together.")
    encrypted = key_pair() is not None or TLS_AT_PROXY.value
    if not encrypted and not is_this_computer(HOST.value):
        logging.warning(
            "Pictures and passwords pass %s unencrypted: give --tls_certificate and --tls_key, or "
            "--tls_at_proxy.",
            HOST.value,
        )
    try:
        return Settings(
            snapshot_bytes=MAX_SNAPSHOT_MIB.value << 20,
            snapshot_pixels=MAX_MEGAPIXELS.value * 1_000_000,
            snapshot_age=SNAPSHOT_AGE.value,
            snapshot_interval=SNAPSHOT_INTERVAL.value,
            next_in=NEXT_IN.value,
            in_flight=MAX_IN_FLIGHT.value,
            upload_bytes=MAX_UPLOAD_MIB.value << 20,
            retention_days=RETENTION_DAYS.value,
            secure_cookies=encrypted,
            operator=OPERATOR.value,
            contact=CONTACT.value,
            legal_basis=LEGAL_BASIS.value,
        )
    except GraftNetError as error:
        raise flags.Error(str(error)) from None


def _policy() -> Policy:
    if POLICY.value is None:
        return shipped_policy()
    try:
        return read_policy(read_bytes(POLICY.value).decode())
    except (GraftNetError, UnicodeDecodeError) as error:
        raise GraftNetError(f"{POLICY.value}: {error}") from None


def main_cli() -> None:
    command_line.run(main)


if __name__ == "__main__":
    main_cli()
