"""Any value of any JSON type in any place of a COCO file: read, listed, or refused in one line."""

import copy
import json
import math
import resource
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.yolact_tf.annotated_folder import HEIGHT, WIDTH, annotation, content, write
from yolact_tf.data.coco import read_coco
from yolact_tf.errors import YolactError

VALUES: list[Any] = [
    None,
    True,
    -1,
    0,
    2.5,
    1e308,
    10**40,
    2e8,
    math.nan,
    -math.inf,
    "",
    "1",
    "\0",
    "\ud800",
    [],
    [[]],
    [1, 2],
    [math.nan] * 6,
    [[1e9] * 8],
    ["1"] * 4,
    {},
    {"size": [HEIGHT, WIDTH], "counts": [HEIGHT * WIDTH, -1, 1]},
    {"size": None, "counts": None},
    {"size": [HEIGHT, WIDTH], "counts": "é"},
    {"size": [HEIGHT, WIDTH], "counts": "zzzzzzzzzzzz"},
]
GOOD = content([annotation(1, 1, (10, 20, 30, 15)), annotation(2, 1, (0, 0, 8, 8))])


def places(value, path=()):
    """The path of every value within a JSON value, itself left out."""
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in items:
        yield (*path, key)
        yield from places(inner, (*path, key))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("coco")
    write(str(folder), GOOD)
    return folder


@pytest.fixture(scope="module", autouse=True)
def bounded_memory():
    """A mask of absurd size fails at once, and does not take the machine along."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (24 << 30, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


@settings(
    max_examples=400,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.sampled_from(list(places(GOOD))), st.sampled_from(VALUES))
def test_whatever_stands_where_it_is_read_listed_or_refused_in_one_line(folder, place, value):
    changed = copy.deepcopy(GOOD)
    holder = changed
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value
    path = folder / "changed.json"
    path.write_text(json.dumps(changed))
    data, refusal = None, ""
    try:
        data = read_coco(str(path), str(folder))
    except YolactError as error:
        refusal = str(error)
    if data is None:
        assert str(path) in refusal
        assert "\n" not in refusal
        return
    (image,) = data.images
    for found in image.objects:
        assert found.mask().shape == (image.height, image.width)
        assert all(map(math.isfinite, (*found.box, found.area)))
    lost = len(changed["annotations"]) - len(image.objects)
    assert len(data.skipped) >= lost
