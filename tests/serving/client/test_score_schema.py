import json

import pytest

from graftnet_tf.errors import GraftNetError
from serving.client.score_schema import ScoreSchema


def score_schema(classes, reported):
    document = {
        "tasks": {"hair": {"classes": classes}},
        "attributes": {
            name: {"task": "hair", "class": name, "threshold": 0.5} for name in reported
        },
        "something": "new",
    }
    return ScoreSchema.from_json(json.dumps(document).encode())


@pytest.mark.parametrize(
    ("classes", "scores", "likeliest"),
    [
        ("long short bald", {"long": 0.2, "short": 0.5, "bald": 0.3}, "short"),
        ("other long short", {"long": 0.2, "short": 0.5}, "short"),
        ("other long short", {"long": 0.2, "short": 0.3}, "other"),
        ("other hat long short", {"long": 0.2, "short": 0.5}, "short"),
        ("other hat long short", {"long": 0.2, "short": 0.3}, None),
    ],
)
def test_the_likeliest_class_is_named_where_scores_tell_it(classes, scores, likeliest):
    assert score_schema(classes.split(), scores).classes(scores) == {"hair": likeliest}


def test_two_classes_and_half_known_tasks_have_no_class():
    assert score_schema(["no", "yes"], ["yes"]).classes({"yes": 0.9}) == {}
    assert score_schema(["a", "b", "c"], ["a", "b"]).classes({"a": 0.9}) == {}


@pytest.mark.parametrize("document", [b"[]", b"{}", b"no JSON", b'{"tasks": {}}'])
def test_a_foreign_document_is_refused(document):
    with pytest.raises(GraftNetError, match="not that of a model with attributes"):
        ScoreSchema.from_json(document)
