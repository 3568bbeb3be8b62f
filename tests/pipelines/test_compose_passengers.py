"""What compose_passengers says to mistakes; its models: tests/serving/test_passengers.py."""

from tests.pipelines.forked_runs import run_all


def test_mistakes_get_one_line_and_a_status(tmp_path):
    usual = f"--workspace={tmp_path}"
    nowhere, nobody, nothing = run_all(
        "compose_passengers", [[], [usual, "--max_passengers=0"], [usual]]
    )
    assert (nowhere.status, nobody.status, nothing.status) == (2, 2, 1)
    assert "--workspace is missing" in nowhere.error
    assert "max_passengers" in nobody.error
    assert "make one with graftnet-compose." in nothing.error
    assert "Traceback" not in nothing.stderr
