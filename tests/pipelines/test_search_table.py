"""The table of what a search tried."""

from pipelines.search_table import search_table


def test_every_shape_has_its_rounds():
    def trial(steps, auc, seconds):
        return {"steps": steps, "validation_auc": auc, "seconds": seconds}

    def shape(graft_after, dropped, *rounds):
        blocks = {"graft_after": graft_after, "last_block": 8, "pooling": "gap"}
        return {**blocks, "dropped_in_round": dropped, "rounds": rounds}

    lines = search_table(
        {
            "plan": {"steps": [20, 40]},
            "tried": [
                shape(6, 1, trial(20, 0.5, 9.6)),
                shape(5, None, trial(20, 0.75, 11.2), trial(40, 0.8123456, 31.0)),
            ],
        }
    ).splitlines()
    assert lines[0].split() == [
        "graft_after", "last_block", "pooling", "20", "steps", "40", "steps",
    ]  # fmt: skip
    assert lines[1].split() == ["6", "8", "gap", "0.5000", "(10", "s)"]
    assert lines[2].split() == [
        "5", "8", "gap", "0.7500", "(11", "s)", "0.8123", "(31", "s)", "chosen",
    ]  # fmt: skip
    assert lines[0].index("40 steps") + len("40 steps") == lines[2].index(" (31 s)") + 7
