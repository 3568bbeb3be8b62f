"""The processes of a training on several machines, as their environment describes them."""

import contextlib
import dataclasses
import json
import os
import re
from collections.abc import Iterator, Mapping, MutableMapping, Sequence

import tensorflow as tf

from graftnet_tf.errors import GraftNetError

TF_CONFIG = "TF_CONFIG"  # as `tf.distribute.cluster_resolver.TFConfigClusterResolver` reads it
WORKERS = "GRAFTNET_WORKERS"
ADDRESS = "GRAFTNET_WORKER_ADDRESS"
INDEX = "JOB_COMPLETION_INDEX"  # which Kubernetes gives the pods of an Indexed Job

_EXPECTED = (
    'expected {"cluster": {"worker": ["HOST:PORT", …]}, "task": {"type": "worker", "index": N}}'
)
_TASK = re.compile(r"/task:(\d+)")  # as TensorFlow calls a worker
_ADDRESS = re.compile(r"[\w.-]+:(\d{1,5})", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,5}")


class LostWorkerError(GraftNetError):
    """A worker of a training was lost; all workers are to be started again."""


@dataclasses.dataclass(frozen=True)
class Cluster:
    """Workers that train together.

    Attributes:
      addresses: "HOST:PORT" of each; worker 0 is the chief.
      worker: Number of this process.
    """

    addresses: tuple[str, ...]
    worker: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Cluster":
        """As `TF_CONFIG` has it, or else a Kubernetes Indexed Job.

        Of the latter the environment has the pod's number, `JOB_COMPLETION_INDEX`, how many there
        are, `GRAFTNET_WORKERS`, and `GRAFTNET_WORKER_ADDRESS`, an address in which `{index}`
        stands for a pod's number.

        Raises:
          GraftNetError: neither is there, or what is there does not describe a cluster.
        """
        if TF_CONFIG in environment:
            return cls._from_tf_config(environment[TF_CONFIG])
        missing = [name for name in (INDEX, WORKERS, ADDRESS) if name not in environment]
        if missing:
            raise GraftNetError(
                f"Strategy multiworker, but neither {TF_CONFIG} nor {', '.join(missing)} is set; "
                "on one machine, --workers=N starts N processes and sets it."
            )
        count, index = _whole(environment, WORKERS), _whole(environment, INDEX)
        address = environment[ADDRESS]
        if "{index}" not in address:
            raise GraftNetError(f"{ADDRESS} is {address!r}; expected {{index}} in it.")
        addresses = [address.replace("{index}", str(number)) for number in range(count)]
        return cls._checked(addresses, index, f"{WORKERS}={count}, {INDEX}={index}, {ADDRESS}")

    @classmethod
    def _from_tf_config(cls, text: str) -> "Cluster":
        try:
            content = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise GraftNetError(f"{TF_CONFIG} is not JSON ({error}); {_EXPECTED}.") from None
        match content:
            case {
                "cluster": {"worker": [*addresses], **others},
                "task": {"type": "worker", "index": int(index)},
            } if not others and not isinstance(index, bool):
                return cls._checked(addresses, index, TF_CONFIG)
        raise GraftNetError(f"{TF_CONFIG} is {json.dumps(content)}; {_EXPECTED}.")

    @classmethod
    def _checked(cls, addresses: Sequence[object], index: int, source: str) -> "Cluster":
        wrong = [one for one in addresses if not _is_address(one)]
        if wrong or len(set(map(str, addresses))) < len(addresses):
            raise GraftNetError(
                f"{source} has the workers {addresses}; expected different HOST:PORTs."
            )
        if not 0 <= index < len(addresses):
            raise GraftNetError(
                f"{source} says that this is worker {index}; expected a number below "
                f"{len(addresses)}, as many as there are workers."
            )
        return cls(tuple(map(str, addresses)), index)

    def to_tf_config(self) -> str:
        """JSON for `TF_CONFIG`."""
        return json.dumps(
            {
                "cluster": {"worker": self.addresses},
                "task": {"type": "worker", "index": self.worker},
            }
        )

    def tell_tensorflow(self, environment: MutableMapping[str, str] = os.environ) -> None:
        """Sets `TF_CONFIG`, from which strategies take their cluster."""
        environment[TF_CONFIG] = self.to_tf_config()

    def named(self, worker: int) -> str:
        """For messages."""
        return f"Worker {worker} ({self.addresses[worker]})"

    @contextlib.contextmanager
    def losses_told(self) -> Iterator[None]:
        """Has the loss of another worker inside the block told by name.

        Raises:
          LostWorkerError: one was lost.
        """
        try:
            yield
        except tf.errors.UnavailableError as error:
            told = {int(number) for number in _TASK.findall(str(error))} - {self.worker}
            lost = [self.named(worker) for worker in sorted(told)] or ["Another worker"]
            raise LostWorkerError(
                f"{', '.join(lost)} was lost; start all workers again, and they go on from the "
                "last checkpoint."
            ) from None


def _is_address(given: object) -> bool:
    found = _ADDRESS.fullmatch(given) if isinstance(given, str) else None
    return found is not None and 0 < int(found[1]) < 2**16


def _whole(environment: Mapping[str, str], name: str) -> int:
    given = environment[name]
    if not _WHOLE.fullmatch(given):
        raise GraftNetError(f"{name} is {given!r}; expected a whole number below 100000.")
    return int(given)
