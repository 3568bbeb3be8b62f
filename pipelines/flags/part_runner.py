"""The flags that say who does a job's parts: this process, or workers of Apache Beam."""

from absl import flags

from graftnet_tf.io.part_runs import FN_API_RUNNER, LOCAL, Runner

RUNNER = flags.DEFINE_string(
    "runner",
    LOCAL,
    f"Who works: {LOCAL}, this process; {FN_API_RUNNER}, processes of Apache Beam on this machine; "
    "or another runner of Beam, such as FlinkRunner, SparkRunner or DataflowRunner.",
)
WORKERS = flags.DEFINE_integer(
    "workers", 1, f"Processes of {FN_API_RUNNER} on this machine.", lower_bound=1
)
BEAM_OPTIONS = flags.DEFINE_multi_string(
    "beam_option",
    [],
    "NAME=VALUE, an option of Beam's pipeline that is handed through to its runner; may be "
    "repeated.",
)
STALL_SECONDS = flags.DEFINE_float(
    "stall_seconds",
    Runner.stall_seconds,
    "Seconds without a part done, after which Beam's pipeline is killed and another one started.",
    lower_bound=1,
)


def runner() -> Runner:
    """The runner that the flags ask for.

    Raises:
      flags.Error: an option has no name.
      GraftNetError: the flags do not go together, or Beam is not installed.
    """
    options = {}
    for option in BEAM_OPTIONS.value:
        name, _, value = option.removeprefix("--").partition("=")
        if not name:
            raise flags.Error(f"--beam_option is {option!r}; expected NAME=VALUE.")
        options[name] = value
    return Runner(RUNNER.value, WORKERS.value, options, stall_seconds=STALL_SECONDS.value)
