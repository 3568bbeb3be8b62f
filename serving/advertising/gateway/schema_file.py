"""A schema in a file: what is saved there comes into force; what is broken there does not."""

import asyncio
import hashlib
import logging

from graftnet_tf.errors import GraftNetError
from serving.advertising.gateway.gateway import Gateway
from serving.advertising.gateway.schema_edit import put_in_force
from serving.client.file_bytes import read_bytes

_LOOK_SECONDS = 2.0
BY = "schema-file"


class SchemaFile:
    """Follows a file."""

    def __init__(self, path: str, gateway: Gateway):
        """Prepares nothing but itself.

        Args:
          path: File, local or in a bucket.
          gateway: Where it is to be in force; `schema_problem` there tells of a broken edit.
        """
        self._path, self._gateway = path, gateway
        self._seen: bytes | None = None

    async def look(self) -> None:
        """Puts the file in force if it has changed."""
        try:
            content = await asyncio.to_thread(read_bytes, self._path)
            seen = hashlib.sha256(content).digest()
            if seen == self._seen:
                return
            self._seen = seen
            await put_in_force(self._gateway, content.decode(), by=BY)
        except (GraftNetError, OSError, UnicodeDecodeError) as error:
            self._tell(f"{self._path}: {' '.join(str(error).split())}")
        else:
            self._tell(None)

    async def follow(self) -> None:
        """Looks every two seconds, for ever."""
        while True:
            await self.look()
            await asyncio.sleep(_LOOK_SECONDS)

    def _tell(self, problem: str | None) -> None:
        if problem and problem != self._gateway.schema_problem:
            logging.error("The schema is not in force, the former one stays: %s", problem)
        self._gateway.schema_problem = problem
        self._gateway.metrics.schema_refused.set(problem is not None)
