"""A token from a file that may be replaced at any time."""

import logging
import os
import re
import stat

from graftnet_tf.errors import GraftNetError

_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")  # RFC 6750

_log = logging.getLogger(__name__)


class TokenFile:
    """Reads the token again when its file has changed, so that a rotation needs no restart."""

    def __init__(self, path: str):
        """Reads the token; warns of a file that others may read.

        Raises:
          GraftNetError: there is none.
        """
        self._path = path
        try:
            self._seen = _mark(path)
            if os.stat(path).st_mode & stat.S_IROTH:
                _log.warning("Others may read the token: chmod o-r %s.", path)
            self._token = _read(path)
        except OSError as error:
            raise GraftNetError(
                f"The token file {path} cannot be read: {error.strerror}. Write the token into it."
            ) from None

    def token(self) -> str:
        """The newest token; the one before while the file is missing or being written."""
        try:
            mark = _mark(self._path)
            if mark != self._seen:
                self._token = _read(self._path)
                self._seen = mark
                _log.info("The token file %s was read again.", self._path)
        except (OSError, GraftNetError) as error:
            _log.debug("The token before is kept: %s", error)
        return self._token


def _mark(path: str) -> tuple[int, int, int]:
    """What differs once a file was written or replaced."""
    status = os.stat(path)
    return status.st_ino, status.st_mtime_ns, status.st_size


def _read(path: str) -> str:
    with open(path, encoding="ascii", errors="replace") as file:
        token = file.read(4096).strip()
    if not _TOKEN.fullmatch(token):
        raise GraftNetError(
            f"The token file {path} holds no token; expected one line of letters, digits, - and _."
        )
    return token
