"""What file systems refuse, in one line: which path, why, and what to do."""

import errno
import os
import re

import tensorflow as tf

_ADVICE = {
    errno.EROFS: "{} cannot be written: it is on a read-only file system. Name another place, "
    "or make this one writable.",
    errno.ENOSPC: "{} cannot be written: no space is left on its disk. Make room and run the "
    "same command again.",
    errno.EDQUOT: "{} cannot be written: the quota is used up. Make room and run the same "
    "command again.",
    errno.EACCES: "{}: permission denied. Check who may read and write it, and the directories "
    "that it is in.",
    errno.EPERM: "{}: the operation is not permitted. Check who owns it and its attributes.",
    errno.EISDIR: "{} is a directory; expected a file.",
    errno.ENOTDIR: "{}: a file stands where a directory is expected.",
    errno.ENOENT: "{} does not exist.",
    errno.EEXIST: "{} exists already; expected a directory there, or nothing.",
    errno.EXDEV: "{} cannot be moved on its file system, as directories of an overlay's lower "
    "layer. Remove it, or name another place.",
    errno.EPIPE: "{} was closed before all was written to it.",
    **{
        code: "{}: " + os.strerror(code) + "."
        for code in (
            *(errno.EBUSY, errno.EFBIG, errno.EIO, errno.ELOOP, errno.EMFILE, errno.ENAMETOOLONG),
            *(errno.ENFILE, errno.ENOTEMPTY, errno.ESTALE, errno.ETXTBSY),
        )
    },
}
_CODES = {os.strerror(code): code for code in _ADVICE}
_REASONS = "|".join(map(re.escape, _CODES))

# As TensorFlow tells what the system refused: "{{node …}} PATH; REASON [Op:…]".
_REFUSED = re.compile(rf"^(?:.*: )?(?P<path>\S.*?); (?P<reason>{_REASONS})", re.MULTILINE)
# And what it looked up itself.
_LOOKED_UP = (
    (re.compile(r"^(?P<path>\S.*) is not a directory"), errno.ENOTDIR),
    (re.compile(r"^Could not find directory (?P<path>\S.*)"), errno.ENOENT),
)
# As HDF5 does: "(…name = 'PATH', errno = …)".
_HDF5_NAME = re.compile(r"name = '(?P<path>[^']*)'")
_NODE = re.compile(r"^\{\{.*?\}\}\s*")
# What is written aside: DIR/.incoming-HEX-NAME for DIR/NAME; otherwise PATH.incoming-… for PATH,
# and DIR/.incoming-… for what has no name in DIR yet.
_NAMED_ASIDE = re.compile(r"\.incoming-[0-9a-f]{32}-")
_ASIDE = re.compile(r"/?\.incoming-.*")


def one_line(error: OSError | tf.errors.OpError) -> str | None:
    """What a person can mend of an error.

    Args:
      error: raised by Python, `tf.io.gfile`, or anything that writes files.

    Returns:
      One sentence or two; None if the error is not a file system's.
    """
    if isinstance(error, OSError):
        found = _HDF5_NAME.search(str(error))
        path, code = error.filename or (found and found["path"]), error.errno
    else:
        path, code = _told_by_tensorflow(error.message or "")
    if code not in _ADVICE:
        return None
    shown = _without_aside(os.fsdecode(path)) if isinstance(path, str | bytes) else "A file"
    return _ADVICE[code].format(shown)


def _told_by_tensorflow(message: str) -> tuple[str, int | None]:
    message = _NODE.sub("", message)
    if found := _REFUSED.search(message):
        return found["path"], _CODES[found["reason"]]
    for pattern, code in _LOOKED_UP:
        if found := pattern.search(message):
            return found["path"], code
    return "", None


def _without_aside(path: str) -> str:
    """The place that a path aside is for: what it is called meanwhile says nothing."""
    return _ASIDE.sub("", _NAMED_ASIDE.sub("", path))
