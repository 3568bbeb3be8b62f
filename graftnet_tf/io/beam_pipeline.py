"""The pipeline of Apache Beam that does a job's parts, in a process of its own; see `part_runs`.

Nothing else imports Beam.
"""

import dataclasses
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

import apache_beam as beam
from apache_beam.ml.inference.base import ModelHandler, RunInference
from apache_beam.options.pipeline_options import PipelineOptions

from graftnet_tf.io.part_runs import REFUSED_STATUS
from graftnet_tf.io.part_work import PartWork


@dataclasses.dataclass(frozen=True)
class Loaded:
    """Holds what a work loads; Beam refers to it weakly, which not all can be referred to."""

    model: Any


class PartHandler(ModelHandler[str, str, Loaded]):
    """Gives parts to their work, each alone, and one model to all parts of a process.

    Beam's own handler of TensorFlow models cannot be imported beside TensorFlow 2.15.
    """

    def __init__(self, work: PartWork[Any]):
        super().__init__()
        self._work = work

    def load_model(self) -> Loaded:
        return Loaded(self._work.load())

    def run_inference(
        self, batch: Sequence[str], model: Loaded, inference_args: dict[str, Any] | None = None
    ) -> Iterator[str]:
        for part in batch:
            self._work.process(model.model, part)
            yield part

    def batch_elements_kwargs(self) -> Mapping[str, Any]:
        return {"min_batch_size": 1, "max_batch_size": 1}


def empty_pipeline(options: Mapping[str, str]) -> beam.Pipeline:
    """A pipeline without any work.

    Args:
      options: Its options by name, `runner` among them; an empty value for those that are set by
        their name alone.

    Raises:
      ValueError: Beam has no such runner, or needs other options for it.
      SystemExit: an option cannot have such a value.
    """
    given = [f"--{name}={value}" if value else f"--{name}" for name, value in options.items()]
    parsed = PipelineOptions(given)
    parsed.get_all_options()  # else each is looked at when it is needed
    return beam.Pipeline(options=parsed)


def run(pipeline: beam.Pipeline, work: PartWork[Any], parts: Sequence[str]) -> None:
    """Runs a pipeline to its end.

    Args:
      pipeline: An empty one.
      work: What is done to each part.
      parts: Their names.
    """
    with pipeline:
        _ = (
            pipeline
            | "Parts" >> beam.Create(parts)
            | "Spread" >> beam.Reshuffle()
            | "Process" >> RunInference(PartHandler(work))
        )


def main() -> None:
    """Runs the pipeline that standard input holds: the pickle's length in 8 bytes, the pickle."""
    length = int.from_bytes(sys.stdin.buffer.read(8), "big")
    work, parts, options = pickle.loads(sys.stdin.buffer.read(length))
    threading.Thread(target=_die_with_parent, daemon=True).start()
    threading.excepthook = _exit_with_traceback
    try:
        pipeline = empty_pipeline(options)
    except SystemExit:  # after a line that says why
        os._exit(REFUSED_STATUS)
    except ValueError:
        _exit_with_traceback(status=REFUSED_STATUS)
    try:
        run(pipeline, work, parts)
    except Exception:
        _exit_with_traceback()
    os._exit(0)  # Beam's servers have threads that a usual exit waits for


def _die_with_parent() -> None:
    sys.stdin.buffer.read()  # to its end, which only the end of the other process is
    os.killpg(0, signal.SIGKILL)


def _exit_with_traceback(_: threading.ExceptHookArgs | None = None, *, status: int = 1) -> NoReturn:
    """Ends the process with what was raised.

    Also where a thread raised it: `FnApiRunner` waits forever for a worker that was killed, and
    the thread that minds the worker raises.
    """
    traceback.print_exc()
    sys.stderr.flush()
    os._exit(status)
