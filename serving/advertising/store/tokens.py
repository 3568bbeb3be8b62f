"""Tokens of lifts, screens and sessions: given out once, kept as a hash."""

import hashlib
import secrets

_BYTES = 32  # 256 bits, beyond guessing, so that a plain hash is enough


def new_token() -> str:
    """A random token of 256 bits, in URL-safe base64."""
    return secrets.token_urlsafe(_BYTES)


def token_hash(token: str) -> str:
    """What is kept of a token: its SHA-256, hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()
