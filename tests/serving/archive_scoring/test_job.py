"""Whole jobs in this process: what they write, what they skip, what they refuse."""

import hashlib
import json
from unittest import mock

import pytest
import tensorflow as tf
from PIL import Image

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import checksummed_json, file_locks, image_fetching
from tests.serving.archive_scoring.conftest import COUNT, POISONED, contents

pq = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")

from graftnet_tf.archive_tables.part_tabulation import PartTabulation  # noqa: E402
from serving.archive_scoring.job import score_archive  # noqa: E402
from serving.archive_scoring.scorer import load_scorer  # noqa: E402


class KilledError(BaseException):
    """Stands in for the end of the process."""


def rows(output):
    return pq.read_table(output / "scores").to_pylist()


def letters(output):
    return [json.loads(line) for line in (output / "dead_letters.jsonl").read_text().splitlines()]


@pytest.fixture
def score(archive, colour_model, tmp_path):
    """Scores the archive, in parts of 4 images and batches of 3."""

    def call(*names, output=tmp_path / "out", **settings):
        settings = {"batch_size": 3, "part_size": 4, **settings}
        return score_archive(names or [str(archive)], colour_model, str(output), **settings)

    return call


def test_every_image_has_a_row_or_a_dead_letter(score, archive, tmp_path):
    summary = score()
    assert (summary.images, summary.rows, summary.dead_letters) == (COUNT, 8, 2)
    assert (summary.parts, summary.images_now) == (3, COUNT)
    found = rows(tmp_path / "out")
    scored = [number for number in range(COUNT) if f"{number}.png" not in POISONED]
    assert [row["source"] for row in found] == [str(archive / f"{n}.png") for n in scored]
    for number, row in zip(scored, found, strict=True):
        content = (archive / f"{number}.png").read_bytes()
        assert row["sha256"] == hashlib.sha256(content).hexdigest()
        assert list(row) == ["source", "sha256", "bald", "male", "female", "hat"]
        assert row["bald"] == pytest.approx(20 * number / 255, abs=1e-6)
    first, second = letters(tmp_path / "out")
    assert (first["source"], second["source"]) == (str(archive / "3.png"), str(archive / "5.png"))
    assert first["sha256"] == hashlib.sha256(POISONED["3.png"]).hexdigest()
    assert first["reason"]
    assert second == {
        "source": str(archive / "5.png"),
        "sha256": "",
        "reason": "It is empty.",
        "retry": False,
    }


def test_the_manifest_names_every_table_and_what_is_in_it(score, tmp_path):
    score()
    manifest = checksummed_json.verify(str(tmp_path / "out" / "manifest.json"))
    assert (manifest["images"], manifest["rows"], manifest["dead_letters"]) == (COUNT, 8, 2)
    assert manifest["tables"] == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (tmp_path / "out" / "scores").iterdir()
    }
    assert not (tmp_path / "out" / "plan").exists()


def test_a_second_run_does_nothing(score, tmp_path):
    score()
    before = contents(tmp_path / "out")
    with mock.patch.object(PartTabulation, "process", side_effect=AssertionError):
        summary = score()
    assert (summary.rows, summary.images_now) == (8, 0)
    assert contents(tmp_path / "out") == before


def test_a_killed_run_goes_on_where_it_was_to_the_same_bytes(score, tmp_path):
    score(output=tmp_path / "whole")
    process, done = PartTabulation.process, []

    def killed(self, model, part):
        if len(done) == 1:
            raise KilledError
        done.append(part)
        process(self, model, part)

    with mock.patch.object(PartTabulation, "process", killed), pytest.raises(KilledError):
        score()
    assert not (tmp_path / "out" / "manifest.json").exists()
    assert score().images_now == COUNT - 4
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_a_replaced_image_has_its_part_done_again(score, archive, tmp_path):
    score()
    Image.new("RGB", (16, 20), (255, 0, 0)).save(archive / "9.png")
    assert score().images_now == 2
    assert rows(tmp_path / "out")[-1]["bald"] == 1
    assert len(rows(tmp_path / "out")) == 8


def test_scores_of_what_is_not_named_any_more_are_removed_on_demand_alone(score, archive, tmp_path):
    score()
    before = contents(tmp_path / "out")
    (archive / "9.png").unlink()
    (archive / "8.png").unlink()
    told = (
        rf"scores of 2 images that are not named now, such as {archive / '8.png'}\. .*--drop_gone"
    )
    with pytest.raises(GraftNetError, match=told):
        score()
    assert contents(tmp_path / "out") == before
    assert score(drop_gone=True).parts == 2
    assert [row["source"] for row in rows(tmp_path / "out")][-1] == str(archive / "7.png")


def test_more_images_are_added_to_those_that_are_there(score, archive, tmp_path):
    first = [str(archive / f"{number}.png") for number in (0, 1, 6, 7)]
    score(*first)
    with pytest.raises(GraftNetError, match="scores of 4 images that are not named now"):
        score(str(archive / "8.png"))
    assert score(*first, str(archive / "8.png")).images_now == 1
    assert len(rows(tmp_path / "out")) == 5


@pytest.fixture
def failing(archive):
    """Has images of these names not be fetched, as if a disk or a web server failed."""
    names, read = set(), image_fetching.read

    def failing_read(source, timeout):
        if source.rpartition("/")[2] in names:
            raise image_fetching.UnfetchedError("Not now.")
        return read(source, timeout)

    with mock.patch.object(image_fetching, "read", failing_read):
        yield names


def test_what_could_not_be_fetched_is_tried_again_after_the_run(score, failing, tmp_path):
    score(output=tmp_path / "whole")
    failing |= {"0.png", "9.png"}
    assert score().dead_letters == 4
    assert [letter["retry"] for letter in letters(tmp_path / "out")] == [True, False, False, True]
    assert score().images_now == 0
    failing.remove("9.png")
    assert (summary := score()).images_now == 2
    assert summary.dead_letters == 3
    failing.clear()
    score()
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_a_run_that_goes_on_tries_nothing_again(score, failing, tmp_path):
    """Else each of an archive's dead links would be waited for, after every kill."""
    failing.add("0.png")
    score()
    (tmp_path / "out" / "manifest.json").unlink()
    failing.clear()
    assert score().images_now == 0
    assert score().images_now == 4


def test_an_image_that_the_model_fails_on_is_the_only_one_without_a_row(score, archive, tmp_path):
    """The others of its batch are scored alone."""
    poison = (archive / "4.png").read_bytes()

    class Fragile:
        def __init__(self, directory):
            self._scorer = load_scorer(directory)
            self.columns = self._scorer.columns

        def tabulate(self, images):
            if poison in images:
                raise tf.errors.ResourceExhaustedError(None, None, "out of memory")
            return self._scorer.tabulate(images)

    with mock.patch("serving.archive_scoring.job.load_scorer", Fragile):
        summary = score()
    assert (summary.rows, summary.dead_letters) == (7, 3)
    reasons = {letter["source"]: letter["reason"] for letter in letters(tmp_path / "out")}
    assert reasons[str(archive / "4.png")] == "out of memory"


def test_an_archive_without_a_usable_image(score, archive, tmp_path):
    summary = score(str(archive / "3.png"), str(archive / "5.png"))
    assert (summary.rows, summary.dead_letters) == (0, 2)
    assert rows(tmp_path / "out") == []


def test_names_that_are_not_utf8_are_dead_letters(score, archive, tmp_path):
    (archive / "0.png").rename(archive / "\udce9.png")
    assert score().dead_letters == 3
    *_, last = letters(tmp_path / "out")
    assert last["source"] == str(archive / r"\xe9.png")
    assert "not UTF-8" in last["reason"]


def test_a_source_that_is_named_twice_has_one_row(score, archive):
    assert score(str(archive), str(archive / "1.png")).rows == 8


def test_the_output_may_lie_within_the_archive(score, archive):
    score(output=archive / "out")
    assert score(output=archive / "out").images == COUNT


def test_other_settings_are_refused(score):
    score()
    with pytest.raises(GraftNetError, match=r"other settings \(batch_size 3 there and 2 now\)"):
        score(batch_size=2)


def test_two_jobs_in_one_folder_are_refused(score, tmp_path):
    score()
    with (
        file_locks.held(str(tmp_path / "out" / ".lock")),
        pytest.raises(GraftNetError, match="Ano"),
    ):
        score()


def test_a_damaged_table_is_told(score, tmp_path):
    score()
    table = min((tmp_path / "out" / "scores").iterdir())
    table.write_bytes(table.read_bytes()[:-9])
    with pytest.raises(GraftNetError, match=f"{table.name} is damaged; delete it"):
        score()
    table.unlink()
    assert score().rows == 8


def test_what_killed_workers_left_aside_is_removed(score, tmp_path):
    score()
    left = [tmp_path / "out" / name / ".incoming-0-part" for name in ("scores", "dead_letters")]
    for path in left:
        path.touch()
    score()
    assert not any(path.exists() for path in left)


def test_no_image_and_no_model_are_refused(score, archive, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(GraftNetError, match=r"No image in .*empty: nothing to do"):
        score(str(tmp_path / "empty"))
    with pytest.raises(GraftNetError, match="is no SavedModel"):
        score_archive([str(archive)], str(tmp_path / "empty"), str(tmp_path / "out"))
