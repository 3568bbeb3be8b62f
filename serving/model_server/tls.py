"""TLS for the server, and who is shut out without it."""

import dataclasses

import grpc
import tensorflow as tf
from absl import logging

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files

_LOOPBACK = ("localhost", "127.", "[::1]", "::1", "unix:")


@dataclasses.dataclass(frozen=True)
class Tls:
    """Paths of PEM files.

    Attributes:
      certificate: The server's, with the chain above it.
      key: Its private key.
      client_ca: Certificates that clients' must be signed by; None asks clients for none.
    """

    certificate: str
    key: str
    client_ca: str | None = None

    def credentials(self) -> grpc.ServerCredentials:
        """What gRPC takes.

        Raises:
          GraftNetError: a file cannot be read.
        """
        try:
            pair = (atomic_files.read_bytes(self.key), atomic_files.read_bytes(self.certificate))
            client_ca = atomic_files.read_bytes(self.client_ca) if self.client_ca else None
        except tf.errors.OpError as error:
            raise GraftNetError(f"A certificate or key cannot be read: {error.message}") from None
        return grpc.ssl_server_credentials(
            [pair], root_certificates=client_ca, require_client_auth=client_ca is not None
        )


def warn_if_exposed(host: str, tls: Tls | None) -> None:
    """Warns where others than this machine's can connect without proof of who they are."""
    if host.startswith(_LOOPBACK):
        return
    if tls is None:
        logging.warning(
            "Listening on %s without TLS: whoever reaches this port can read what is sent, and "
            "reload the server's models. Give a certificate and key, or listen on 127.0.0.1.",
            host,
        )
    elif tls.client_ca is None:
        logging.warning(
            "Listening on %s without client certificates: whoever reaches this port can reload "
            "the server's models. Give a client CA.",
            host,
        )
