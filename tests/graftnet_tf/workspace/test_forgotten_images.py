import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.workspace.forgotten_images import (
    Learnt,
    forgotten_images,
    read_forgotten,
    surest,
    write_forgotten,
)

IMAGE, OTHER = "a" * 64, "b" * 64


def test_what_was_found_is_read_back(tmp_path):
    root = str(tmp_path)
    assert forgotten_images(root) == []
    assert read_forgotten(root, IMAGE) == {}
    versions = {"trunks/0001": Learnt.YES, "branches/bald/0001": Learnt.MAYBE}
    write_forgotten(root, OTHER, {})
    write_forgotten(root, IMAGE, versions)
    assert forgotten_images(root) == [IMAGE, OTHER]
    assert read_forgotten(root, IMAGE) == versions
    assert read_forgotten(root, OTHER) == {}


def test_other_files_are_no_images(tmp_path):
    write_forgotten(str(tmp_path), IMAGE, {})
    for name in (f".incoming-1-{IMAGE}.json", f"{IMAGE}.json.bak", "0.json", f"{'A' * 64}.json"):
        (tmp_path / "forgotten" / name).write_text("{}")
    assert forgotten_images(str(tmp_path)) == [IMAGE]


def test_a_damaged_record_is_named(tmp_path):
    write_forgotten(str(tmp_path), IMAGE, {})
    (tmp_path / "forgotten" / f"{IMAGE}.json").write_text('{"versions": 3}')
    with pytest.raises(GraftNetError, match=f"{IMAGE}.json is damaged; delete it, and forget"):
        read_forgotten(str(tmp_path), IMAGE)


@pytest.mark.parametrize(
    ("each", "whole"),
    [
        ([], Learnt.NO),
        ([Learnt.NO, Learnt.NO], Learnt.NO),
        ([Learnt.NO, Learnt.MAYBE], Learnt.MAYBE),
        ([Learnt.MAYBE, Learnt.YES, Learnt.NO], Learnt.YES),
    ],
)
def test_a_whole_learnt_what_its_surest_part_did(each, whole):
    assert surest(each) is whole
