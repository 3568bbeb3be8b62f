import itertools

import pytest

from tests.yolact_tf.evaluation.scenes import scene, thing
from yolact_tf.data.coco import CocoData
from yolact_tf.errors import YolactError
from yolact_tf.evaluation import in_classes

BOX = (0, 0, 10, 10)


def data(*names: str) -> CocoData:
    """An image with an object of each category; ids are 3, 6 …"""
    things = [thing(BOX, place) for place in range(len(names))]
    ids = itertools.count(3, 3)
    categories: dict[int | str, str] = dict(zip(ids, names, strict=False))
    return CocoData([scene(things, []).annotated], categories, ["something"])


def test_categories_become_classes_by_their_names():
    renumbered, left_out = in_classes(data("dog", "bag", "person"), ("person", "car", "dog"))
    assert [found.category for found in renumbered.images[0].objects] == [2, 0]
    assert renumbered.categories == {0: "person", 1: "car", 2: "dog"}
    assert left_out == ("bag",)
    assert renumbered.skipped == ["something"]


@pytest.mark.parametrize(("names", "shown"), [(("human",), "human"), ((), "none")])
def test_no_category_in_common_names_both_sides(names, shown):
    with pytest.raises(
        YolactError, match=rf"annotations have {shown}, the network has person, car"
    ):
        in_classes(data(*names), ("person", "car"))
