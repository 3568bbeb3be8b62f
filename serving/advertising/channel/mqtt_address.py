"""Where a broker is, and who the gateway is there."""

import dataclasses
import ssl
from typing import Self
from urllib.parse import unquote, urlsplit

from graftnet_tf.errors import GraftNetError

_PORTS = {"mqtt": 1883, "mqtts": 8883}


@dataclasses.dataclass(frozen=True)
class BrokerAddress:
    """A broker's address as a gateway needs it.

    Attributes:
      host, port: Where it listens.
      username, password: Whom the gateway logs in as.
      tls: Whether the connection is encrypted.
    """

    host: str
    port: int
    username: str
    password: str = dataclasses.field(repr=False)
    tls: bool

    @classmethod
    def parse(cls, url: str) -> Self:
        """Reads `mqtt://user:password@host:1883` or `mqtts://…`.

        Raises:
          GraftNetError: the URL is none of these.
        """
        try:
            parts = urlsplit(url)
            port = parts.port or _PORTS[parts.scheme]
        except (KeyError, ValueError):
            raise _unfit(url) from None
        if not (parts.hostname and parts.username and parts.password):
            raise _unfit(url)
        return cls(
            host=parts.hostname,
            port=port,
            username=unquote(parts.username),
            password=unquote(parts.password),
            tls=parts.scheme == "mqtts",
        )

    def tls_context(self, certificates: str | None) -> ssl.SSLContext | None:
        """How the broker's certificate is checked; None without TLS.

        Args:
          certificates: A PEM file of the authorities to trust; the system's without.

        Raises:
          GraftNetError: there is no such file.
        """
        if not self.tls:
            return None
        try:
            return ssl.create_default_context(cafile=certificates)
        except OSError:  # of which ssl.SSLError is one
            raise GraftNetError(
                f"{certificates} cannot be read; expected a PEM file of certificates."
            ) from None

    def __str__(self) -> str:
        """The address without the password."""
        return f"mqtt{'s' if self.tls else ''}://{self.username}@{self.host}:{self.port}"


def _unfit(url: str) -> GraftNetError:
    shown = url.rpartition("@")[2] if "@" in url else url  # which may hold a password otherwise
    return GraftNetError(
        f"{shown} is no broker with a user; expected mqtt://user:password@host:1883 or mqtts://…."
    )
