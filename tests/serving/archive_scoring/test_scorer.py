"""Models as columns of a table."""

import numpy as np
import pytest

from graftnet_tf.errors import GraftNetError
from serving.archive_scoring.scorer import ComposedScorer, load_scorer
from serving.composition.samples import lift_snapshot


def test_a_composed_model_gives_an_image_a_row(colour_model, archive):
    scorer = load_scorer(colour_model)
    assert dict(scorer.columns) == dict.fromkeys(("bald", "male", "female", "hat"), np.float32)
    scores = scorer.tabulate([(archive / "9.png").read_bytes(), b"no image"])
    assert scores.decoded.tolist() == [True, False]
    assert scores.image.tolist() == [0]
    np.testing.assert_allclose(scores.columns["bald"], [180 / 255], rtol=1e-6)


def test_a_passengers_model_gives_a_person_a_row(passengers_workspace):
    """Its segmentation finds three people in a snapshot, of scores 0.9, 0.6 and 0.5."""
    scorer = load_scorer(passengers_workspace.path("serving", "passengers", "1"))
    scores = scorer.tabulate([b"no image", lift_snapshot()])
    assert scores.decoded.tolist() == [False, True]
    assert scores.image.tolist() == [1] * len(scores.columns["person"])
    assert scores.columns["person"].tolist() == list(range(len(scores.image)))
    assert len(scores.image) >= 2
    np.testing.assert_allclose(scores.columns["detection_score"][:2], [0.9, 0.6], atol=1e-3)
    assert scores.columns["x1"][0] == 0
    assert list(scores.columns) == [
        "person",
        "x1",
        "y1",
        "x2",
        "y2",
        "detection_score",
        *("bald", "female", "male", "t_shirt"),
    ]
    for name, column in scores.columns.items():
        assert column.dtype == scorer.columns[name]
        assert np.isfinite(column).all()


@pytest.mark.parametrize("content", [b"", b"no model"])
def test_a_damaged_model_is_told(content, tmp_path):
    (tmp_path / "saved_model.pb").write_bytes(content)
    with pytest.raises(GraftNetError, match=r"The model in .* is damaged"):
        load_scorer(str(tmp_path))


def test_an_attribute_with_the_name_of_a_column_is_refused():
    class Model:
        attributes = ("bald", "sha256")

    with pytest.raises(GraftNetError, match="the attribute sha256, which is the name of another"):
        ComposedScorer(Model())
