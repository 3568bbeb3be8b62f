"""The adapter's settings in a YAML file, whose errors name the line."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from graftnet_tf.errors import GraftNetError
from serving.advertising.rules.yaml_lines import read_document
from serving.advertising.xibo.settings import XiboSettings
from serving.client.file_bytes import read_bytes


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str
    client_id: str
    client_secret_file: str
    display_groups: Annotated[dict[str, int], Field(min_length=1)]
    ttl: int = 60
    min_seconds: float = 2.0
    absent: Literal["ttl", "none"] = "ttl"


def read_settings(path: str) -> XiboSettings:
    """Reads settings: the fields of `XiboSettings`, the secret in a file of its own.

        url: https://cms.example.com
        client_id: 0123456789abcdef
        client_secret_file: /run/secrets/xibo
        display_groups: {lift-1: 12, lift-2: 13}

    Raises:
      GraftNetError: a file cannot be read, or says what the settings cannot be.
    """
    try:
        given, _ = read_document(read_bytes(path).decode(), _File)
        secret = read_bytes(given.client_secret_file).decode().strip()
        return XiboSettings(
            url=given.url,
            client_id=given.client_id,
            client_secret=secret,
            display_groups=given.display_groups,
            ttl=given.ttl,
            min_seconds=given.min_seconds,
            absent=given.absent,
        )
    except (GraftNetError, UnicodeDecodeError) as error:
        raise GraftNetError(f"{path}: {error}") from None
