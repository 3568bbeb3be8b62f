import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files, checksummed_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=8,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=st.dictionaries(st.text().filter(lambda key: key != "sha256"), VALUES))
def test_whatever_is_written_verifies(tmp_path, content):
    path = str(tmp_path / "content.json")
    checksummed_json.write(path, content)
    read = checksummed_json.verify(path)
    assert len(read.pop("sha256")) == 64
    assert json.dumps(read, sort_keys=True) == json.dumps(
        json.loads(json.dumps(content)), sort_keys=True
    )


@pytest.mark.parametrize("change", [("0.25", "0.26"), ("bald", "bold"), ("[", "[0,")])
def test_changed_content_is_refused(tmp_path, change):
    path = tmp_path / "tree.json"
    checksummed_json.write(str(path), {"task": "bald", "thresholds": [0.25]})
    path.write_text(path.read_text().replace(*change))
    with pytest.raises(GraftNetError, match=r"tree\.json is damaged"):
        checksummed_json.verify(str(path))


def test_files_of_before_there_were_seals_are_taken_as_they_are(tmp_path):
    path = str(tmp_path / "old.json")
    atomic_files.write_json(path, {"trunk": "0001"})
    assert checksummed_json.verify(path) == {"trunk": "0001"}
