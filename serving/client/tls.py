"""The certificates of an encrypted connection."""

import dataclasses

import grpc

from graftnet_tf.errors import GraftNetError
from serving.client.file_bytes import read_bytes


@dataclasses.dataclass(frozen=True)
class Tls:
    """An encrypted connection, and with a certificate of its own, one of mutual TLS.

    Attributes:
      ca: Path of the PEM certificate of whoever signed the server's; by default those that
        gRPC trusts.
      certificate, key: Paths of the client's own PEM certificate chain and private key, for
        a server that asks for them.
      server_name: The name in the server's certificate, where it is reached by another.
    """

    ca: str | None = None
    certificate: str | None = None
    key: str | None = None
    server_name: str | None = None

    def credentials(self) -> grpc.ChannelCredentials:
        """Reads the files.

        Raises:
          GraftNetError: one cannot be read, or the certificate or its key is missing.
        """
        if (self.certificate is None) != (self.key is None):
            raise GraftNetError(
                "A client's certificate and its private key go together: give both or neither."
            )
        return grpc.ssl_channel_credentials(
            root_certificates=_pem(self.ca),
            private_key=_pem(self.key),
            certificate_chain=_pem(self.certificate),
        )


def _pem(path: str | None) -> bytes | None:
    if path is None:
        return None
    try:
        return read_bytes(path)
    except GraftNetError as error:
        raise GraftNetError(f"Cannot read the PEM file {path}: {error}.") from None
