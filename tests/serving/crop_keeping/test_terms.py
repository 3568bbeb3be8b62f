"""Terms that crops are kept on."""

import datetime
import math

import pytest

from graftnet_tf.errors import GraftNetError
from serving.crop_keeping.terms import Terms


@pytest.mark.parametrize(
    ("kept_on", "days", "expires_on"),
    [
        ("2026-11-28", 1, "2026-11-29"),
        ("2026-11-28", 30, "2026-12-28"),
        ("2026-12-31", 1, "2027-01-01"),
        ("2028-02-28", 2, "2028-03-01"),
        ("2027-02-28", 2, "2027-03-02"),
    ],
)
def test_a_crop_expires_to_the_day(kept_on, days, expires_on):
    expiry = Terms("consent", days, 0.5).expiry(datetime.date.fromisoformat(kept_on))
    assert str(expiry) == expires_on


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"legal_basis": "  "}, "The legal basis is empty; name it in words"),
        ({"keep_days": 0}, "keep_days is 0; expected 1 to 3650"),
        ({"keep_days": 3651}, "keep_days is 3651; expected 1 to 3650"),
        ({"share": 0.0}, "share is 0.0; expected above 0 and at most 1"),
        ({"share": 1.1}, "share is 1.1; expected above 0"),
        ({"share": math.nan}, "share is nan; expected above 0"),
        ({"max_crops": 0}, "max_crops is 0; expected at least 1"),
        ({"max_bytes": -1}, "max_bytes is -1; expected at least 1"),
    ],
)
def test_terms_that_are_none_are_refused(given, message):
    with pytest.raises(GraftNetError, match=message):
        Terms(**{"legal_basis": "consent", "keep_days": 30, "share": 0.5, **given})
