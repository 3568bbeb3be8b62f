"""Recognises the passengers of a snapshot; nothing of it is kept."""

import dataclasses
import time
from collections.abc import Callable, Collection
from typing import Any, Protocol, Self

from graftnet_tf.errors import GraftNetError
from serving.advertising.rules.conditions import Person
from serving.client.asynchronous import AsyncPassengerClient
from serving.client.call_error import CallError
from serving.client.results import Passenger
from serving.composition.samples import lift_snapshot

_LOOK_AGAIN_SECONDS = 60.0
_PREPARE_SECONDS = 600.0


class UnfitSnapshotError(GraftNetError):
    """Bytes that are no image that the model accepts."""


class UnavailableError(GraftNetError):
    """A model server that gives no answer now."""


@dataclasses.dataclass(frozen=True)
class Recognition:
    """Everybody in a snapshot.

    Attributes:
      people: The surest first.
      attributes: Those that people have scores of.
      model_version: Version of the model that answered.
    """

    people: tuple[Person, ...]
    attributes: frozenset[str]
    model_version: int


class Recognizer(Protocol):
    """Looks at snapshots."""

    async def recognize(self, jpeg: bytes, wanted: Collection[str]) -> Recognition:
        """The passengers of a snapshot, by the wanted attributes that the model has.

        Raises:
          UnfitSnapshotError: it is no image.
          UnavailableError: there is no answer now.
        """
        ...

    async def prepare(self, wanted: Collection[str]) -> None:
        """Has the model ready for some attributes, whose first look may take long.

        Raises:
          UnavailableError: there is no answer.
        """
        ...

    async def attributes(self) -> frozenset[str]:
        """Names of the attributes of the model in service.

        Raises:
          UnavailableError: there is no answer now.
        """
        ...


class PassengerRecognizer:
    """Asks a passengers model on any server of TF Serving's API: `async with recognizer: …`."""

    def __init__(
        self,
        address: str,
        *,
        model: str = "passengers",
        timeout: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
        **settings: Any,
    ):
        """Prepares nothing but itself.

        Args:
          address: `host:port`.
          model: Name of the model on the server.
          timeout: Seconds after which a snapshot is given up, being too old.
          clock: Seconds, growing.
          **settings: The other fields of `serving.client.endpoint.Endpoint`.
        """
        self._client = AsyncPassengerClient(address, model=model, **settings)
        self._timeout = timeout
        self._clock = clock
        self._known: tuple[float, int | None, frozenset[str]] | None = None

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._client.__aexit__(*error)

    async def recognize(self, jpeg: bytes, wanted: Collection[str]) -> Recognition:
        """As `Recognizer.recognize`; no attribute that is not wanted is computed.

        Where none is wanted, one is, since a model gives no count without, and dropped.
        """
        return await self._look(jpeg, wanted, self._timeout)

    async def prepare(self, wanted: Collection[str]) -> None:
        """As `Recognizer.prepare`: an embedded server makes a graph for each set of attributes."""
        await self._look(lift_snapshot(), wanted, _PREPARE_SECONDS)

    async def _look(self, jpeg: bytes, wanted: Collection[str], timeout: float) -> Recognition:
        known = await self.attributes()
        asked = known & set(wanted)
        try:
            [result] = await self._client.predict([jpeg], attributes=sorted(asked), timeout=timeout)
        except CallError as error:
            self._known = None  # an attribute may be gone with a version
            raise UnavailableError(str(error)) from None
        if result.error is not None:
            raise UnfitSnapshotError(f"The snapshot is {result.error}; send a JPEG.")
        version = result.model_version or 0
        self._note_version(version)
        people = tuple(_person(passenger, asked) for passenger in result.passengers)
        return Recognition(people, asked, version)

    async def attributes(self) -> frozenset[str]:
        """As `Recognizer.attributes`, asked anew with each version and once a minute."""
        now = self._clock()
        if self._known is None or now - self._known[0] > _LOOK_AGAIN_SECONDS:
            try:
                self._known = now, None, await self._client.attributes()
            except GraftNetError as error:
                raise UnavailableError(str(error)) from None
        return self._known[2]

    def _note_version(self, version: int) -> None:
        """Forgets attributes that were learnt from another version."""
        if self._known is None:
            return
        at, known_version, names = self._known
        same = known_version in (None, version)
        self._known = (at, version, names) if same else None


def _person(passenger: Passenger, asked: frozenset[str]) -> Person:
    """What rules may ask of a passenger; where it was in the picture is dropped here."""
    return Person(
        {name: passenger.scores[name] for name in asked},
        {name: passenger.decisions[name] for name in asked},
    )
