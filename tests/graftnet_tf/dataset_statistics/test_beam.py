"""Workers of Apache Beam see what this process sees."""

import pytest

from graftnet_tf.io.part_runs import FN_API_RUNNER, Runner

pytest.importorskip("apache_beam", reason="Apache Beam is not installed: make beam")
pytestmark = pytest.mark.slow

from graftnet_tf.dataset_statistics.job import task_statistics  # noqa: E402


def test_the_same_bytes_from_workers(leaking_workspace, tmp_path):
    made = []
    for name, runner in (("local", Runner()), ("beam", Runner(FN_API_RUNNER, workers=2))):
        output = tmp_path / name
        found = task_statistics(leaking_workspace, str(output), part_size=4, runner=runner)
        files = [path for path in sorted(output.rglob("*")) if path.is_file()]
        made.append((found, {str(path.relative_to(output)): path.read_bytes() for path in files}))
    assert made[0] == made[1]
