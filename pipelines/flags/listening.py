"""Flags of binaries that listen: where, and with which certificate."""

from typing import NamedTuple

from absl import flags

from serving.schema import ports

HOST = flags.DEFINE_string("host", "127.0.0.1", "Interface to listen on; 0.0.0.0 is all of them.")
TLS_CERTIFICATE = flags.DEFINE_string("tls_certificate", None, "PEM file; with --tls_key.")
TLS_KEY = flags.DEFINE_string("tls_key", None, "PEM file of the certificate's private key.")


class KeyPair(NamedTuple):
    """Paths of PEM files."""

    certificate: str
    key: str


def define_port(default: int) -> flags.FlagHolder[int]:
    """The flag of a binary's own port."""
    return flags.DEFINE_integer(
        "port", default, "Port; 0 picks a free one.", lower_bound=0, upper_bound=ports.LARGEST
    )


def key_pair() -> KeyPair | None:
    """What connections are encrypted with; None for nothing.

    Raises:
      flags.Error: one of the two is missing.
    """
    certificate, key = TLS_CERTIFICATE.value, TLS_KEY.value
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise flags.Error("--tls_certificate and --tls_key go together.")
    return KeyPair(certificate, key)
