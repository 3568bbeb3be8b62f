"""Tests of the printed tables."""

from graftnet_tf.io import atomic_files
from tests.benchmarks.evidence.drawn.mining import ARMS
from tests.benchmarks.evidence.drawn.tables import markdown, report


def test_numbers_have_three_places():
    assert markdown([["a", "b"], ["x", 0.12345], ["y", 1.0]]) == (
        "| a | b |\n| --- | --- |\n| x | .123 |\n| y | 1.000 |"
    )


def test_a_row_whose_arms_are_not_all_there_is_left_out(tmp_path):
    def keep(arm, seed, auc):
        found = {"train": {"negatives": 30}, "test": {"auc": auc, "positives": 2, "negatives": 2}}
        atomic_files.write_json(str(tmp_path / f"mining_{arm}-{seed}.json"), found)

    for seed, arms in ((0, ARMS[1:]), (1, ARMS)):
        for arm in arms:
            keep(arm, seed, 0.75)
    text = report(str(tmp_path))
    assert "seed 0" not in text
    assert text.startswith("mining, seed 1\n\n| old_age | negatives | auc |")
    assert text.count("| 30 | .750 |") == len(ARMS) == 6
