"""`python -m tests.benchmarks.evidence.drawn`: draws, trains one row, or prints the tables."""

from absl import flags

from pipelines import shell
from tests.benchmarks.evidence.drawn import labels, mining, tables, trunks
from tests.benchmarks.evidence.drawn.scenes import draw
from tests.benchmarks.evidence.drawn.setting import Setting

INITIAL_WEIGHTS = flags.DEFINE_string("initial_weights", "", "Public weights of the trunks.")
RESULTS = flags.DEFINE_string("results", None, "Folder for figures.", required=True)


def main(*words: str) -> None:
    setting = Setting(
        shell.open_workspace(create=words == ("draw",)),
        INITIAL_WEIGHTS.value,
        RESULTS.value,
        shell.SEED.value,
    )
    match words:
        case ["draw"]:
            draw(setting)
        case ["trunks"]:
            trunks.run(setting)
        case ["mining"]:
            mining.run(setting)
        case ["labels"]:
            labels.run(setting)
        case ["report"]:
            print(tables.report(setting.results))
        case _:
            given = " ".join(words) or "nothing"
            raise flags.Error(f"Expected draw, trunks, mining, labels or report; {given} given.")


if __name__ == "__main__":
    shell.run(main, words=True)
