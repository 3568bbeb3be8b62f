"""Strategies in shares, and texts that name none."""

import pytest

from graftnet_tf.active_learning.mixture import Mixture
from graftnet_tf.errors import GraftNetError


def test_shares_are_read_and_say_what_they_need():
    mixture = Mixture.parse("uncertain:.5, hard_negatives:.3,random:.2")
    assert mixture.shares == {"uncertain": 0.5, "hard_negatives": 0.3, "random": 0.2}
    assert (mixture.needs_scores, mixture.needs_seeds, mixture.reaches_all) == (True, False, True)
    alone = Mixture.parse("seeds")
    assert alone.shares == {"seeds": 1.0}
    assert (alone.needs_scores, alone.needs_seeds, alone.reaches_all) == (False, True, False)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("best", "Strategy 'best' given; expected one of seeds, uncertain, hard_negatives"),
        ("", "Strategy '' given"),
        ("random:.5,random:.5", "random given twice"),
        ("uncertain:.5,random:.4", "add up to 0.9; expected 1"),
        ("uncertain,random", "Share '' given"),
        ("uncertain:much,random:.2", "Share 'much' given"),
        ("uncertain:nan,random:.2", "Share 'nan' given"),
        ("random:-1", "Share '-1' given"),
    ],
)
def test_other_texts_are_refused(text, message):
    with pytest.raises(GraftNetError, match=message):
        Mixture.parse(text)
