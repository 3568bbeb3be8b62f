"""The flag that asks a binary for its result as JSON, and how it then says what it has to say."""

import sys
from typing import Any

from absl import flags

from pipelines import shell

JSON = flags.DEFINE_bool("json", False, "Print one JSON object as the last line.")


def tell(text: str, result: dict[str, Any]) -> None:
    """Prints a text for people and, with --json, the result; the text then goes to stderr."""
    print(text, file=sys.stderr if JSON.value else sys.stdout)
    if JSON.value:
        shell.print_json(result)
