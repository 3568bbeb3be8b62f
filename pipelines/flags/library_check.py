"""Flags that the library itself checks, before anything is read."""

from collections.abc import Callable
from typing import Any

from absl import flags

from graftnet_tf.errors import GraftNetError


def accepted_by(check: Callable[..., Any]) -> Callable[[Any], bool]:
    """A validator of flags that says what the library says of a value.

    Args:
      check: Function of a flag's value, which raises GraftNetError where it is wrong.

    Returns:
      What `flags.validator` and its kin take.
    """

    def accepted(value: Any) -> bool:
        try:
            check(value)
        except GraftNetError as error:
            raise flags.ValidationError(str(error)) from None
        return True

    return accepted
