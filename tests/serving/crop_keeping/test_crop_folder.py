"""What is kept in a folder, how long, and what a kill, a full disk or a wrong clock does to it."""

import csv
import dataclasses
import datetime
import os
import pathlib
import shutil

import pytest
import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from serving.crop_keeping import crop_folder
from serving.crop_keeping.crop_folder import NotKeptError, open_folder
from serving.crop_keeping.terms import Terms
from tests.kills.forks import Fork

ONE, TWO, THREE = ("a" * 32, "b" * 32, "c" * 32)
BASIS = "consent of the testers of lift 3"
TERMS = Terms(BASIS, keep_days=30, share=1)
NOVEMBER_28 = datetime.date(2026, 11, 28)


def day(number):
    """A day after 28 November 2026."""
    return NOVEMBER_28 + datetime.timedelta(days=number)


def opened(path, today=NOVEMBER_28, basis=BASIS):
    return open_folder(str(path), today, basis)


def files(path):
    """What is in the folder, save its tables."""
    found = (file for file in pathlib.Path(path).rglob("*") if file.is_file())
    tables = {"people.csv", "settings.json", ".lock"}
    return sorted(str(file.relative_to(path)) for file in found if file.name not in tables)


def rows(path):
    with open(path / "people.csv", newline="") as file:
        return list(csv.reader(file))


@pytest.fixture
def kept(tmp_path):
    """A folder with two crops of a snapshot of day 0, and one of a snapshot of day 3."""
    path = tmp_path / "kept"
    with opened(path) as folder:
        folder.keep(ONE, [b"first", b"second"], day(0), TERMS)
        folder.keep(TWO, [b"third"], day(3), TERMS)
    return path


def test_crops_are_kept_with_their_snapshot_and_expiry(kept):
    assert rows(kept) == [
        ["source", "crop", "kept_on", "expires_on", "bytes"],
        [ONE, f"crops/aa/{ONE}-000.png", "2026-11-28", "2026-12-28", "5"],
        [ONE, f"crops/aa/{ONE}-001.png", "2026-11-28", "2026-12-28", "6"],
        [TWO, f"crops/bb/{TWO}-000.png", "2026-12-01", "2026-12-31", "5"],
    ]
    assert files(kept) == sorted(row[1] for row in rows(kept)[1:])
    assert (kept / f"crops/aa/{ONE}-001.png").read_bytes() == b"second"


def test_a_file_tells_no_time_but_the_day(kept):
    assert os.stat(kept / f"crops/aa/{ONE}-001.png").st_mtime == 1_795_824_000  # 28 November


def test_it_says_what_it_holds(kept):
    (kept / "crops" / "mine.JPG").write_bytes(b"of somebody")
    with opened(kept, day(4)) as folder:
        assert dataclasses.asdict(folder.holdings()) == {
            "legal_basis": BASIS,
            "since": day(0),
            "crops": 3,
            "snapshots": 2,
            "bytes": 16,
            "oldest": day(0),
            "newest": day(3),
            "next_expiry": day(30),
            "last_expiry": day(33),
            "foreign_images": 1,
        }
        folder.delete_all()
        empty = folder.holdings()
    assert (empty.crops, empty.bytes, empty.oldest, empty.last_expiry) == (0, 0, None, None)
    assert empty.since == day(0)


def test_what_expires_is_deleted_on_its_day_and_not_before(kept):
    with opened(kept) as folder:
        assert folder.sweep(day(29)) == 0
        assert folder.sweep(day(30)) == 2
        assert files(kept) == [f"crops/bb/{TWO}-000.png"]
        assert [row[0] for row in rows(kept)] == ["source", TWO]
        assert folder.sweep(day(32)) == 0
        assert folder.sweep(day(99)) == 1
    assert files(kept) == []


def test_one_that_cannot_be_deleted_keeps_no_other(kept):
    with opened(kept) as folder:
        stuck = kept / f"crops/aa/{ONE}-000.png"
        stuck.unlink()
        (stuck / "inside").mkdir(parents=True)  # which is not removed as a file is
        with pytest.raises(tf.errors.OpError):
            folder.sweep(day(99))
        assert files(kept) == []
        assert [row[1] for row in rows(kept)[1:]] == [f"crops/aa/{ONE}-000.png"]
        shutil.rmtree(stuck)
        assert folder.sweep(day(99)) == 1
    assert len(rows(kept)) == 1


def test_other_days_hold_for_what_comes_next(kept):
    with opened(kept) as folder:
        folder.keep(THREE, [b"x"], day(3), dataclasses.replace(TERMS, keep_days=7))
        assert folder.sweep(day(10)) == 1
        assert folder.holdings().crops == 3


def test_a_snapshot_that_is_kept_already_stays_as_it_is(kept):
    with opened(kept) as folder:
        again = folder.keep(ONE, [b"first", b"second"], day(5), TERMS)
    assert [crop.expires_on for crop in again] == [day(30)] * 2
    assert len(rows(kept)) == 4


def test_a_snapshot_without_people_leaves_nothing(kept):
    before = rows(kept)
    with opened(kept) as folder:
        assert folder.keep(THREE, [], day(5), TERMS) == []
    assert rows(kept) == before


def test_one_is_deleted_on_demand(kept):
    with opened(kept) as folder:
        assert folder.delete(f"{ONE}-000") == 1
        assert folder.delete(f"{ONE}-000") == 0
        assert folder.delete("../settings.json") == 0
        assert folder.holdings().crops == 2
    assert files(kept) == [f"crops/aa/{ONE}-001.png", f"crops/bb/{TWO}-000.png"]


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        ({"max_crops": 4}, "There are 3 crops of at most 4, and 2 more were to be kept"),
        ({"max_bytes": 23}, "There are 16 bytes of at most 23, and 8 more were to be kept"),
    ],
)
def test_no_more_is_kept_than_there_may_be(kept, limit, message):
    before = rows(kept), files(kept)
    with opened(kept) as folder:
        with pytest.raises(NotKeptError, match=message):
            folder.keep(THREE, [b"four", b"five"], day(3), dataclasses.replace(TERMS, **limit))
        assert (rows(kept), files(kept)) == before
        room = {name: most + 1 for name, most in limit.items()}
        folder.keep(THREE, [b"four", b"five"], day(3), dataclasses.replace(TERMS, **room))


def test_a_full_disk_leaves_none_of_a_snapshot(kept):
    before = rows(kept), files(kept)
    full = kept / f"crops/cc/.incoming-{THREE}-001.png"
    full.parent.mkdir()
    with opened(kept) as folder:
        full.symlink_to("/dev/full")
        with pytest.raises(NotKeptError, match=r"cannot be written: No space left on device\."):
            folder.keep(THREE, [b"four", b"five"], day(3), TERMS)
        assert (rows(kept), files(kept)) == before
        folder.keep(THREE, [b"four", b"five"], day(3), TERMS)
        assert folder.holdings().crops == 5


def test_a_clock_that_went_back_keeps_nothing_until_it_is_set(kept):
    with opened(kept, day(2)) as folder:
        with pytest.raises(NotKeptError, match="says 2026-11-30, and crops were kept on 2026-12-0"):
            folder.keep(THREE, [b"x"], day(2), TERMS)
        assert folder.sweep(day(2)) == 0
        folder.delete(f"{TWO}-000")
        folder.keep(THREE, [b"x"], day(2), TERMS)
        assert folder.holdings().newest == day(2)


def test_what_expired_while_nothing_ran_is_deleted_when_it_runs_again(kept):
    with open_folder(str(kept), day(30)) as folder:
        assert folder.sweep(day(30)) == 2
    assert files(kept) == [f"crops/bb/{TWO}-000.png"]


def test_another_legal_basis_is_refused(kept):
    with (
        pytest.raises(GraftNetError, match=f"under the legal basis '{BASIS}', and 'contract' was"),
        opened(kept, basis="contract"),
    ):
        pass
    assert len(files(kept)) == 3


def test_a_folder_of_something_else_is_refused_and_left_alone(tmp_path):
    (tmp_path / "holiday.jpg").write_bytes(b"mine")
    with pytest.raises(GraftNetError, match=r"is no folder of kept crops and has holiday\.jpg"):
        opened(tmp_path).__enter__()
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.jpg"]


@pytest.mark.parametrize("settings", ["{}", '{"legal_basis": "x", "since": "soon"}', "[]"])
def test_settings_of_something_else_are_refused(tmp_path, settings):
    (tmp_path / "settings.json").write_text(settings)
    for basis in (None, BASIS):
        with pytest.raises(GraftNetError, match="names no legal basis that crops are kept under"):
            opened(tmp_path, basis=basis).__enter__()


def test_files_of_others_are_told_of_and_never_deleted(kept, caplog):
    others = [kept / "mine.png", kept / "crops/aa/.incoming-mine.png", kept / "crops/notes.txt"]
    for path in others:
        path.write_bytes(b"of somebody")
    with opened(kept) as folder:
        assert "2 images in" in caplog.text
        assert folder.sweep(day(99)) == 3
        folder.delete_all()
    assert all(path.read_bytes() == b"of somebody" for path in others)


def test_a_folder_has_one_keeper(kept):
    with (
        opened(kept),
        pytest.raises(GraftNetError, match="Another job is writing to"),
        opened(kept),
    ):
        pass


def test_only_a_folder_that_is_there_is_opened_without_a_legal_basis(tmp_path):
    path = tmp_path / "new"
    with pytest.raises(GraftNetError, match=r"new/settings\.json does not exist"):
        opened(path, basis=None).__enter__()
    assert not path.exists()


def test_without_its_table_nothing_is_guessed(kept):
    (kept / "people.csv").unlink()
    with pytest.raises(GraftNetError, match=r"people\.csv is gone, which says when crops expire"):
        opened(kept).__enter__()
    assert len(files(kept)) == 3


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2026-12-28", "soon"),
        (f"crops/aa/{ONE}-000", "../../etc/passwd"),
        (f"{ONE},", f"{TWO},"),
        (",5\n", ",\n"),
        ("expires_on", "until"),
    ],
)
def test_a_damaged_table_is_refused_and_nothing_deleted(kept, old, new):
    table = kept / "people.csv"
    table.write_text(table.read_text().replace(old, new, 1))
    with pytest.raises(GraftNetError, match=r"Line 2 of .*people\.csv is damaged"):
        opened(kept).__enter__()
    assert len(files(kept)) == 3


def test_a_crop_that_somebody_deleted_is_forgotten(kept, caplog):
    (kept / f"crops/aa/{ONE}-000.png").unlink()
    with opened(kept) as folder:
        assert folder.holdings().crops == 2
    assert "1 crops are gone from" in caplog.text
    assert len(rows(kept)) == 3


STEPS = 8  # two crops and the table written, three renames, and then some


@pytest.mark.parametrize("step", range(STEPS))
def test_a_kill_leaves_all_of_a_snapshot_or_none(kept, step, monkeypatch):
    """Ends the process before its n-th change of the file system, and opens the folder again."""
    before = rows(kept), files(kept)
    changes = iter(range(STEPS))

    def dying(function):
        def run(*arguments, **options):
            if next(changes) == step:
                os._exit(0)
            return function(*arguments, **options)

        return run

    def keep():
        with opened(kept) as folder:
            for module, name in (
                (tf.io.gfile, "GFile"),
                (tf.io.gfile, "rename"),
                (crop_folder, "write_table"),
            ):
                monkeypatch.setattr(module, name, dying(getattr(module, name)))
            folder.keep(THREE, [b"four", b"five"], day(3), TERMS)

    Fork(keep).end()
    with opened(kept, day(3)) as folder:
        there = folder.holdings().crops
    crops = [f"crops/cc/{THREE}-{number:03d}.png" for number in range(2)]
    if there == 3:
        assert (rows(kept), files(kept)) == before
    else:
        assert there == 5
        assert files(kept) == before[1] + crops
        assert [row[3] for row in rows(kept)[4:]] == [str(day(33))] * 2
    assert (there == 5) == (step >= 5)


def test_a_kill_amid_a_deletion_is_made_up_for(kept):
    def delete():
        with opened(kept) as folder:
            crop_folder.write_table = lambda *_: os._exit(0)
            folder.delete(f"{ONE}-000")

    Fork(delete).end()
    assert (len(files(kept)), len(rows(kept))) == (2, 4)
    with opened(kept) as folder:
        assert folder.holdings().crops == 2
    assert len(rows(kept)) == 3
