"""What may not be asked for, and who answers for exceptions."""

import pytest

from graftnet_tf.lift_scenes.people.passenger import ATTRIBUTES
from serving.advertising.rules.policy import read_policy, shipped_policy
from serving.advertising.rules.yaml_lines import InvalidDocumentError

TEXT = """\
sensitive: [pregnant, child]
allowed:
  - name: toys
    attributes: [child]
    campaigns: [toys, games]
    reason: Parents asked the building for it, see letter 7.
"""


@pytest.mark.parametrize(
    ("campaign", "attributes", "refused"),
    [
        ("toys", ["suit"], ""),
        ("toys", ["child", "suit"], ""),
        ("games", ["child"], ""),
        ("cars", ["child"], "child is sensitive"),
        ("toys", ["child", "pregnant"], "pregnant is sensitive"),
        ("cars", ["child", "pregnant"], "child, pregnant are sensitive"),
        ("cars", [], ""),
    ],
)
def test_a_sensitive_attribute_is_refused_but_for_its_exception(campaign, attributes, refused):
    found = read_policy(TEXT).refusal(campaign, attributes)
    if refused:
        assert found == (
            f"refused by policy: {refused}, and no named exception with a reason allows it"
        )
    else:
        assert found is None


def test_an_exception_without_campaigns_is_for_all():
    policy = read_policy(TEXT.replace("    campaigns: [toys, games]\n", ""))
    assert policy.refusal("cars", ["child"]) is None


@pytest.mark.parametrize(
    ("change", "line", "message"),
    [
        (
            ("    reason: Parents asked the building for it, see letter 7.\n", ""),
            3,
            "reason is miss",
        ),
        (("Parents asked the building for it, see letter 7.", "Because I say so."), 6, "20 charac"),
        (("Parents asked the building for it, see letter 7.", "'" + 30 * " " + "'"), 6, "20 chara"),
        (("name: toys\n    ", ""), 3, "name is missing"),
        (("attributes: [child]", "attributes: []"), 4, "it is empty; give at least one"),
        (("campaigns", "campaign"), 5, "did you mean campaigns?"),
        (("sensitive: [pregnant, child]", "sensitiv: [x]"), 1, "did you mean sensitive?"),
    ],
)
def test_an_exception_that_nobody_answers_for_is_no_policy(change, line, message):
    with pytest.raises(InvalidDocumentError, match=message) as caught:
        read_policy(TEXT.replace(*change))
    assert line in {problem.line for problem in caught.value.problems}


def test_the_shipped_policy_permits_holding_a_baby_and_nothing_else_of_its_list():
    policy = shipped_policy()
    permitted = {name for name in policy.sensitive if policy.refusal("any", [name]) is None}
    assert permitted == {"holding_baby"}
    [exception] = policy.allowed
    assert exception.attributes == ("holding_baby",)
    assert "goods for babies" in exception.reason


def test_the_shipped_policy_refuses_whatever_tells_age_sex_and_body():
    policy = shipped_policy()
    free = {name for name in ATTRIBUTES if policy.refusal("any", [name]) is None}
    assert free == {
        "suit",
        "watching_phone",
        "food_deliverer",
        "ladys_bag",
        "holding_baby",
        "sport_style",
        "maintenance",
        "backpack",
        "courier",
    }
    assert set(policy.sensitive) <= set(ATTRIBUTES)
