"""Addresses of other services that settings name."""

import ipaddress
from urllib.parse import urlsplit

from graftnet_tf.errors import GraftNetError


def check_service_url(url: str, *, said: str, expected: str, at_risk: str, allow_http: bool) -> str:
    """The path of a service's address, whose way there is encrypted.

    Args:
      url: The address.
      said: How an error begins, such as `The gateway is`.
      expected: What would do, such as `https://HOST`.
      at_risk: What would travel unencrypted by http.
      allow_http: Whether it may leave this computer so.

    Raises:
      GraftNetError: it is no address of a service, or not an encrypted one.
    """
    wrong = GraftNetError(f"{said} {url}; expected {expected}.")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme not in ("https", "http") or not host or parts.query or parts.fragment:
        raise wrong
    if parts.scheme == "http" and not (allow_http or is_this_computer(host)):
        raise GraftNetError(
            f"{said} {url}: {at_risk} would travel unencrypted. Use https://, or allow http:// "
            "where the network itself is encrypted."
        )
    return parts.path


def is_this_computer(host: str) -> bool:
    """Whether a name or an address stands for this computer alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
