"""Workers of Apache Beam write the features that this process writes."""

import pytest

from graftnet_tf.io.part_runs import FN_API_RUNNER, Runner

pytest.importorskip("apache_beam", reason="Apache Beam is not installed: make beam")
pytestmark = pytest.mark.slow

from graftnet_tf.archive_features.job import extract_features  # noqa: E402


def test_the_same_bytes_from_workers(trained, tmp_path):
    images = [trained.workspace.path("images")]
    tables = []
    for name, runner in (("local", Runner()), ("beam", Runner(FN_API_RUNNER, workers=2))):
        output = tmp_path / name
        settings = {"batch_size": 3, "part_size": 5, "runner": runner}
        extract_features(trained.workspace, images, str(output), **settings)
        tables.append({path.name: path.read_bytes() for path in (output / "features").iterdir()})
    assert tables[0] == tables[1]
    assert len(tables[0]) == 3
