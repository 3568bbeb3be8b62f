"""Keeps sampled crops to be labelled, under a legal basis and until they expire.

graftnet-keep-crops --output=kept/ --legal_basis="consent of the testers of lift 3" \\
    --keep_days=30 --share=0.01 --token_file=token

An endpoint beside the model server: a snapshot's crops are posted to it, which it keeps if the
snapshot is one of the sample, or forgets. --output is an archive for graftnet-collect. Nothing is
kept unless this runs, with a legal basis, days and a share that somebody stated. Runs until it is
told to stop. With --sweep it deletes what has expired, and ends.
"""

import asyncio
import contextlib
import os
from typing import TypeVar

from absl import flags, logging

from graftnet_tf.errors import GraftNetError
from pipelines import shell
from pipelines.flags import person_detection
from pipelines.flags.listening import HOST, TLS_CERTIFICATE, TLS_KEY, define_port, key_pair
from serving.crop_keeping.app import CropService, create_app
from serving.crop_keeping.crop_folder import CropFolder, open_folder
from serving.crop_keeping.intake import Cutter, Intake, utc_today
from serving.crop_keeping.terms import Terms
from serving.http_service.core_dumps import forbid_core_dumps
from serving.http_service.server import HttpServer
from serving.http_service.service_url import is_this_computer
from serving.http_service.token_file import TokenFile
from yolact_tf.inference.people_finder import load_people_finder

Value = TypeVar("Value")
_FOR_USER_AND_GROUP = 0o027

OUTPUT = flags.DEFINE_string("output", None, "Folder that crops are kept in.", required=True)
LEGAL_BASIS = flags.DEFINE_string("legal_basis", None, "Legal basis of the processing, in words.")
KEEP_DAYS = flags.DEFINE_integer("keep_days", None, "Days after which a crop is deleted.")
SHARE = flags.DEFINE_float(
    "share", None, "Share of snapshots whose crops are kept, above 0 and at most 1."
)
TOKEN_FILE = flags.DEFINE_string(
    "token_file", None, "File with the token; read again when it changes."
)
SEGMENT = flags.DEFINE_bool(
    "segment", False, "Take whole snapshots too, and cut the people out of them."
)
SWEEP = flags.DEFINE_bool("sweep", False, "Delete what has expired, and end.")
MAX_CROPS = flags.DEFINE_integer("max_crops", 10_000, "Most crops kept at a time.")
MAX_MIB = flags.DEFINE_integer("max_mib", 1024, "Most that they may take, in MiB.")
MAX_MESSAGE_MIB = flags.DEFINE_integer("max_message_mib", 16, "Limit of a request, in MiB.")
PORT = define_port(8700)


def main() -> None:
    os.umask(_FOR_USER_AND_GROUP)
    if SWEEP.value:
        with open_folder(OUTPUT.value, utc_today()) as folder:
            deleted, left = folder.sweep(utc_today()), folder.holdings().crops
        print(f"{deleted} crops expired and are deleted; {left} are kept.")
        return
    terms, token_path = _terms(), _stated(TOKEN_FILE)
    if key_pair() is None and not is_this_computer(HOST.value):
        logging.warning(
            "Pictures of people pass %s unencrypted: give --tls_certificate and --tls_key.",
            HOST.value,
        )
    forbid_core_dumps()
    token_file = TokenFile(token_path)
    with open_folder(OUTPUT.value, utc_today(), terms.legal_basis) as folder:
        asyncio.run(_serve(folder, terms, token_file, _cutter()))


async def _serve(
    folder: CropFolder, terms: Terms, token_file: TokenFile, cut: Cutter | None
) -> None:
    intake = Intake(folder, terms, cut=cut)
    server = HttpServer(
        create_app(CropService(intake, token_file, MAX_MESSAGE_MIB.value << 20)),
        host=HOST.value,
        port=PORT.value,
        tls_certificate=TLS_CERTIFICATE.value,
        tls_key=TLS_KEY.value,
    )
    print(
        f"Keeping {terms.share:.2%} of snapshots for {terms.keep_days} days at {server.address}",
        flush=True,
    )
    sweeping = asyncio.create_task(intake.sweep())
    sweeping.add_done_callback(lambda _: server.stop())
    await server.serve()
    sweeping.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await sweeping


def _terms() -> Terms:
    try:
        return Terms(
            _stated(LEGAL_BASIS),
            _stated(KEEP_DAYS),
            _stated(SHARE),
            shell.SEED.value,
            MAX_CROPS.value,
            MAX_MIB.value << 20,
        )
    except GraftNetError as error:
        raise flags.Error(str(error)) from None


def _stated(flag: flags.FlagHolder[Value | None]) -> Value:
    if flag.value is None:
        raise flags.Error(
            f"--{flag.name} is missing: nothing is kept without a stated --legal_basis, "
            "--keep_days, --share and --token_file."
        )
    return flag.value


def _cutter() -> Cutter | None:
    """What cuts the people out of snapshots, if it is asked for."""
    if not SEGMENT.value:
        return None
    finder = load_people_finder(
        person_detection.weights_path(), person_detection.selection(), person_detection.style()
    )
    return lambda image: [person.crop for person in finder([image])[0]]


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
