"""Which snapshots are sampled."""

import pytest

from serving.crop_keeping.sampling import is_sampled, snapshot_name

NAMES = [f"{number:032x}" for number in range(10_000)]


def sample(share, seed=0):
    return {name for name in NAMES if is_sampled(name, share, seed)}


def test_a_snapshot_is_named_by_its_files_in_any_order():
    assert snapshot_name([b"a", b"b"]) == snapshot_name([b"b", b"a"])
    assert snapshot_name([b"a", b"b"]) == "18d79cb747ea174c59f3a3b417686725"
    assert len({snapshot_name(files) for files in ([b"a"], [b"b"], [b"a", b"a"], [b"ab"])}) == 4


@pytest.mark.parametrize(
    ("name", "seed", "first_bytes"),
    [
        ("0" * 32, 0, 0x7250),  # of the SHA-256 of "0 000…"
        ("1" * 32, 0, 0x078F),
        ("2" * 32, 0, 0xE0B9),
        ("0" * 32, 7, 0x706F),
    ],
)
def test_it_is_sampled_by_a_hash_of_seed_and_name(name, seed, first_bytes):
    assert not is_sampled(name, first_bytes / 65536, seed)
    assert is_sampled(name, (first_bytes + 1) / 65536, seed)


def test_a_share_of_all_is_sampled():
    assert len(sample(0.01)) == 84  # 100 expected, give or take 10
    assert sample(1) == set(NAMES)
    assert sample(0) == set()


def test_a_larger_share_adds_and_another_seed_draws_anew():
    assert sample(0.01) < sample(0.05)
    assert not sample(0.01, seed=1) & sample(0.01) >= sample(0.01)
    assert len(sample(0.01, seed=1)) in range(70, 131)
