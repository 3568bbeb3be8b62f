from graftnet_tf.io.atomic_swap import atomic_swap


def test_two_directories_change_places(tmp_path):
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    assert atomic_swap(str(tmp_path / "one"), str(tmp_path / "other"))
    assert (tmp_path / "one" / "other").exists()
    assert (tmp_path / "other" / "one").exists()


def test_nothing_changes_where_one_is_missing(tmp_path):
    (tmp_path / "one").mkdir()
    assert not atomic_swap(str(tmp_path / "one"), str(tmp_path / "other"))
    assert (tmp_path / "one").exists()
