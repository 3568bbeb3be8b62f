"""The passengers model of the server that is put to the test."""

from collections.abc import Sequence

import numpy as np

from serving.schema.passengers_metadata import PassengersMetadata
from tests.serving.conformance.server_under_test import ServerUnderTest


class PassengersUnderTest:
    """Raw calls about one passengers model.

    Attributes:
      name: of the model on the server.
      metadata: what the model says of itself.
    """

    def __init__(self, server: ServerUnderTest, name: str):
        self.name = name
        self._server = server
        (row,) = self.predict("metadata_rows", [b""])["metadata"]
        self.metadata = PassengersMetadata.from_json(row)

    def predict(
        self, signature: str, snapshots: list[bytes], outputs: Sequence[str] = ()
    ) -> dict[str, np.ndarray]:
        """What a signature answers to the files of snapshots."""
        inputs = {"snapshots": snapshots}
        return self._server.predict(signature, inputs, outputs=outputs, name=self.name).outputs
