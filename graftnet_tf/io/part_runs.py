"""Work cut into parts, done by this process or by workers of Apache Beam.

A part's result is a file that is written aside and renamed, under a name that its content is known
by. So a part that was done twice is there once, and one that is there is not done again: a run goes
on where another was killed, a part whose worker was killed is done by the next.
"""

import contextlib
import dataclasses
import importlib.util
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import IO, Any, cast

from tqdm import tqdm

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io.file_names import printable
from graftnet_tf.io.part_plan import Trial
from graftnet_tf.io.part_work import ImageTrial, PartWork

LOCAL = "local"
FN_API_RUNNER = "FnApiRunner"
REFUSED_STATUS = 2
"""Exit status of a pipeline's process whose runner or options Beam refuses."""

_COMMAND = "from graftnet_tf.io.beam_pipeline import main; main()"
_LOOK_SECONDS = 2.0
_MOST_LEFT_OUT = 10  # images of a part; where more end their process, it is not the images' fault


@dataclasses.dataclass(frozen=True)
class Runner:
    """Who does the parts.

    Attributes:
      name: `LOCAL` for this process, or a runner of Apache Beam: `FN_API_RUNNER` has its workers on
        this machine; FlinkRunner, SparkRunner, DataflowRunner and the others elsewhere.
      workers: Processes of `FN_API_RUNNER`.
      options: Options of Beam's pipeline, by name; they come before what `workers` says.
      attempts: Pipelines in a row that may end without a part done, before the images of the one
        part that all of them had are tried one by one; and with one image begun, before that is
        left out.
      stall_seconds: Time without a part done after which a pipeline is taken for dead.
    """

    name: str = LOCAL
    workers: int = 1
    options: Mapping[str, str] = dataclasses.field(default_factory=dict)
    attempts: int = 3
    stall_seconds: float = 3600.0

    def __post_init__(self) -> None:
        if self.name == LOCAL and self.options:
            raise GraftNetError(
                f"Options of Beam ({', '.join(self.options)}) mean nothing to the runner {LOCAL}; "
                f"name another, such as {FN_API_RUNNER}."
            )
        if self.name != FN_API_RUNNER and self.workers != 1:
            raise GraftNetError(
                f"{self.workers} workers mean something to {FN_API_RUNNER} alone, not to "
                f"{self.name}, whose own options say how many there are."
            )
        if self.name != LOCAL and not importlib.util.find_spec("apache_beam"):
            raise GraftNetError(
                f"The runner {self.name} needs Apache Beam, which is not installed: "
                "pip install 'graftnet-tf[all,beam]' in an environment of its own, or name the "
                f"runner {LOCAL}."
            )


def run_parts(
    work: PartWork[Any],
    left: Callable[[], Sequence[str]],
    runner: Runner,
    *,
    model: Any = None,
    description: str = "Working",
) -> None:
    """Does all parts that are left, with a progress bar on stderr.

    A pipeline of Beam is a process of its own. When it ends early, or nothing comes of it for
    long, what remains of it is killed, and another pipeline does what is left: if none was done,
    the first half of that. So a part that ends every process is found, and the others are done.
    Its images are then tried one by one, to the same end; those that end every process are left out
    of the part, and it is done without them. This process itself is ended by such an image.

    Args:
      work: What is done to each part. For Beam, of a class that a module has, not a script.
      left: Names of the parts that are not done, in the order to do them in.
      runner: Who does them.
      model: What `work.load()` would return, where it is at hand and the runner local.
      description: What the progress bar says.

    Raises:
      GraftNetError: Beam refuses the runner or its options; or some parts were given up, once the
        others were done; or two in a row, at once.
    """
    parts = left()
    if not parts:
        return
    with tqdm(total=len(parts), desc=description, unit="part") as bar:
        if runner.name == LOCAL:
            model = work.load() if model is None else model
            for part in parts:
                work.process(model, part)
                bar.update()
        else:
            _run_pipelines(work, left, runner, bar)


def _run_pipelines(
    work: PartWork[Any], left: Callable[[], Sequence[str]], runner: Runner, bar: tqdm
) -> None:
    given_up: list[str] = []
    lessened: list[str] = []
    told: list[str] = []
    failed, size, hope = 0, sys.maxsize, True
    while parts := [part for part in left() if part not in given_up]:
        some = parts[:size]
        ended = _run_pipeline(work, some, left, runner, bar)
        if len(left()) < len(parts) + len(given_up):
            failed, size, hope = 0, sys.maxsize, True
        elif not hope:
            break
        elif len(some) > 1 or failed + 1 < runner.attempts:
            failed, size = failed + 1, max(len(some) // 2, 1)
        elif some[0] not in lessened and _leave_images_out(work, some[0], runner):
            lessened.append(some[0])
            failed, size, hope = 0, sys.maxsize, True
        else:
            given_up += some
            told.append(f"{_described(work, some[0])} in {failed + 1} attempts: {ended}")
            failed, size, hope = 0, sys.maxsize, False
    if told:
        raise GraftNetError(
            f"{runner.name} did not do {'; nor '.join(told)}. Parts left in all: {len(left())}; "
            "the same command tries them again."
        )


def _described(work: PartWork[Any], part: str) -> str:
    """A part and which images it has, for a person."""
    images = [printable(image) for image in work.plan.read(part)]
    return f"{part} (images {images[0]} to {images[-1]})"


def _leave_images_out(work: PartWork[Any], part: str, runner: Runner) -> bool:
    """Leaves images out that end every process; False where there are none, or too many."""
    plan = work.plan
    images = list(plan.read(part))
    left_out: dict[str, str] = {}
    ended_at = failed = 0
    plan.note_trial(part, Trial())

    def left() -> Sequence[str]:
        return images[plan.trial(part).tried :]  # so that an image tried is a sign of life

    while True:
        _run_pipeline(ImageTrial(work), [part], left, runner, tqdm(disable=True))
        tried, begun, error = plan.trial(part)
        if tried == len(images):
            plan.leave_out(part, left_out)
            return bool(left_out)
        if not begun or len(left_out) == _MOST_LEFT_OUT:
            return False
        failed = failed + 1 if tried == ended_at else 1
        ended_at = tried
        if failed == runner.attempts:
            left_out[images[tried]] = _why_left_out(error, failed)
            tried, failed = tried + 1, 0
        plan.note_trial(part, Trial(tried))


def _why_left_out(error: str, attempts: int) -> str:
    if error:
        return f"It failed in each of {attempts} attempts: {error}"
    return (
        f"Its process did not survive it in any of {attempts} attempts: too little memory, or a "
        "fault of what decodes or computes it."
    )


def _run_pipeline(
    work: PartWork[Any],
    parts: Sequence[str],
    left: Callable[[], Sequence[str]],
    runner: Runner,
    bar: tqdm,
) -> str:
    """Runs one pipeline; returns how it ended."""
    asked = pickle.dumps((work, list(parts), _beam_options(runner)))
    with tempfile.TemporaryFile() as log:
        with _pipeline(asked, log) as process:
            reason = _watch(process, left, runner, bar)
        if process.returncode == REFUSED_STATUS:
            raise GraftNetError(f"Beam refuses the runner or its options: {_last_line(log)}")
        return f"{reason}, its last line was: {_last_line(log)}"


def _beam_options(runner: Runner) -> dict[str, str]:
    options = {"runner": runner.name, **runner.options}
    if runner.name == FN_API_RUNNER:
        local = {"direct_running_mode": "multi_processing", "direct_num_workers": runner.workers}
        options = {**{name: str(value) for name, value in local.items()}, **options}
    return options


@contextlib.contextmanager
def _pipeline(asked: bytes, log: Any) -> Iterator[subprocess.Popen]:
    """A pipeline's process; in the end it is killed with its workers, and its temporary files go.

    Its standard input stays open: by the end of that it knows that this process is no more.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        process = subprocess.Popen(
            [sys.executable, "-c", _COMMAND],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={**os.environ, "TMPDIR": temporary},
        )
        stdin = cast(IO[bytes], process.stdin)
        try:
            with contextlib.suppress(BrokenPipeError):
                stdin.write(len(asked).to_bytes(8, "big") + asked)
                stdin.flush()
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            with contextlib.suppress(BrokenPipeError):
                stdin.close()


def _watch(
    process: subprocess.Popen, left: Callable[[], Sequence[str]], runner: Runner, bar: tqdm
) -> str:
    """Waits for a pipeline; returns how it ended."""
    before, since = len(left()), time.monotonic()
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_LOOK_SECONDS)
        now = len(left())
        bar.update(before - now)
        if now != before:
            before, since = now, time.monotonic()
        if process.returncode is not None:
            return f"the last ended with status {process.returncode}"
        if time.monotonic() - since > runner.stall_seconds:
            return f"in the last, no part was done for {runner.stall_seconds:g} s"


def _last_line(log: Any) -> str:
    log.seek(0)
    lines = log.read().decode(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "none")
