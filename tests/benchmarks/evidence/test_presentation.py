"""Tests of the tables: what is ahead has a plus, what a contender does not know is left empty."""

from tests.benchmarks.evidence.presentation import tables

COSTS = {
    "cpu_seconds": 100.0,
    "cpu_seconds_per_label": 9.6,
    "bytes_per_label": 20484.0,
    "multiply_adds_per_label": 5120.0,
}
RATES = {"accuracy": 0.9, "precision": 0.8, "recall": 0.7, "fpr": 0.05}
FIRST = {
    "mean_auc": 0.75,
    "mean_balanced_accuracy": 0.7,
    "mean_calibration_error": 0.1,
    "mean_calibration_error_tempered": 0.05,
    "auc": {"hat": 0.8, "scarf": 0.7},
    "rates": {"hat": RATES, "scarf": RATES},
    **COSTS,
}
OTHER = {
    **FIRST,
    "mean_auc": 0.77,
    "auc": {"hat": 0.77},
    "rates": {"hat": RATES},
    "behind": -0.02,
    "behind_interval": [-0.05, 0.01],
    "p_after_holm": {"hat": 0.01},
}


def test_tables_say_who_is_ahead_and_leave_empty_what_is_not_known():
    found = {
        "contenders": {"ours": FIRST, "theirs": OTHER},
        "positives": {"hat": 40, "scarf": 31},
        "grown": {
            "lwf": {"new": 0.6, "others_before": 0.7, "others_after": 0.65, "cpu_seconds": 3}
        },
    }
    lines = tables(found).splitlines()
    assert "| `ours` | .750 |  |  | .700 | .100 | .050 |" in lines
    assert "| `theirs` | .770 | +.020 | −.010 to +.050 | .700 | .100 | .050 |" in lines
    assert "| `theirs` | 100 | 10 | 20,484 | 5,120 |" in lines
    assert "| hat | 40 | .800 | .770 * |" in lines
    assert "| scarf | 31 | .700 |  |" in lines
    assert lines.count("| hat | .900 | .800 | .700 | .050 | .800 |") == 1
    assert "| lwf | .600 | .700 | .650 | 3 |" in lines
