"""Flags of an encrypted connection to a model server."""

from absl import flags

from serving.client import Tls

TLS = flags.DEFINE_bool("tls", False, "Encrypt the connection; implied by the flags below.")
TLS_CA = flags.DEFINE_string(
    "tls_ca", None, "PEM file of the authority that signed the server's certificate."
)
TLS_CERTIFICATE = flags.DEFINE_string(
    "tls_certificate", None, "PEM file of the client's own certificate, for mutual TLS."
)
TLS_KEY = flags.DEFINE_string("tls_key", None, "PEM file of its private key.")
TLS_SERVER_NAME = flags.DEFINE_string(
    "tls_server_name", None, "Name in the server's certificate, if not the one in its address."
)


def tls() -> Tls | None:
    """The connection asked for; None for an unencrypted one."""
    fields = (TLS_CA.value, TLS_CERTIFICATE.value, TLS_KEY.value, TLS_SERVER_NAME.value)
    return Tls(*fields) if TLS.value or any(fields) else None
