import threading

import numpy as np
import pytest

from graftnet_tf.data.image_loading import UnreadableImageError
from graftnet_tf.evaluation import batch_scoring
from graftnet_tf.evaluation.batch_scoring import score_files


class Files:
    """Files named by numbers that hold their names; counts those that were opened."""

    def __init__(self, missing=()):
        self.missing, self.opened, self._changed = missing, set(), threading.Condition()

    def read(self, path):
        with self._changed:
            self.opened.add(int(path))
            self._changed.notify_all()
        if int(path) in self.missing:
            raise UnreadableImageError("It is missing.")
        return path.encode()

    def wait_for(self, number):
        with self._changed:
            return self._changed.wait_for(lambda: number in self.opened, timeout=30)


class Model:
    """Scores are what the files hold, divided; `before` is called before each request."""

    attributes = ("hat", "bag")

    def __init__(self, before=lambda images: None):
        self._before = before

    def score(self, images):
        self._before(images)
        numbers = np.array([int(image) for image in images], np.float32)
        return {"hat": numbers / 1000, "bag": np.where(numbers == 3, np.nan, numbers / 2000)}


@pytest.fixture
def files(monkeypatch):
    def given(*missing):
        found = Files(missing)
        monkeypatch.setattr(batch_scoring, "read_data", found.read)
        return found

    return given


@pytest.mark.parametrize("batch", [1, 4, 7, 100])
def test_every_score_lands_in_its_row(files, batch):
    files(0, 1, 2, 17, 39)
    scored = score_files(Model(), [str(number) for number in range(40)], batch=batch)
    expected = np.arange(40, dtype=np.float32) / 1000
    expected[[0, 1, 2, 17, 39]] = np.nan
    np.testing.assert_array_equal(scored.scores["hat"], expected)
    assert np.isnan(scored.scores["bag"][3])
    assert scored.unreadable == dict.fromkeys(["0", "1", "2", "17", "39"], "It is missing.")


def test_the_next_batch_is_read_while_one_is_scored_and_no_more_than_a_few(files):
    opened = files()
    met, furthest = [], []

    def before(images):
        first = int(images[0])
        met.append(opened.wait_for(min(first + 9, 99)))  # the last of the next batch
        furthest.append(max(opened.opened) - first)

    score_files(Model(before), [str(number) for number in range(100)], batch=5)
    assert met == [True] * 20
    assert max(furthest) < 5 * (1 + batch_scoring._AHEAD)


def test_what_the_model_raises_ends_the_scoring(files):
    opened = files()

    def fail(images):
        raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError, match="out of memory"):
        score_files(Model(fail), [str(number) for number in range(1000)], batch=5)
    assert len(opened.opened) <= 5 * (1 + batch_scoring._AHEAD)
