"""Whatever text comes, it is a document or one clear error."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.advertising.rules.policy import shipped_policy
from serving.advertising.rules.reading import read_rules
from serving.advertising.rules.schema import Schema
from serving.advertising.rules.yaml_lines import MAX_BYTES, InvalidDocumentError, read_document

TOP = "timezone: UTC\ndefault_playlist: [house]\ncampaigns:"
WORDS = ["timezone", "campaigns", "when", "all", "not", "someone", "suit", "weight", "creatives"]


def refusal(text):
    with pytest.raises(InvalidDocumentError) as caught:
        read_document(text, Schema)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: expected a mapping of fields to values"),
        ("# nothing\n", "line 1: expected a mapping of fields to values"),
        ("- a\n", "line 1: expected a mapping of fields to values"),
        ("hello", "line 1: expected a mapping of fields to values"),
        ("~", "line 1: expected a mapping of fields to values"),
        (f"{TOP}\n  a: {{\n", "line 5: while parsing a flow node, expected the node content"),
        ("a: 1\n\tb: 2\n", r"line 2: while scanning for the next token, found character '\t'"),
        ("a: 'x\n", "line 2: while scanning a quoted scalar, found unexpected end of stream"),
        ("a: 1\n---\nb: 2\n", "line 3: there is a second document; leave it out"),
        ("a: 1\nb: 2\na: 3\n", "line 3: a is there twice; leave one out"),
        (f"{TOP}\n  p: {{weight: 1,\n  weight: 2}}", "line 5, campaigns.p: weight is there twice"),
        (f"{TOP}\n  ? [a, b]\n  : 1\n", "line 4, campaigns: a field's name is expected here"),
        (
            "timezone: &zone UTC\nb: *zone\n",
            "line 2, b: aliases (*name) are not read; write it out",
        ),
        ("a: *zone\n", "line 1, a: aliases (*name) are not read"),
        ("a:\n- !!python/object:os.system {}", "line 2, a[0]: tags such as !!python/object:os.sys"),
        (f"{TOP} !!set {{a, b}}", "line 3, campaigns: tags such as !!set are not read"),
        (f"{TOP} !mine {{}}", "line 3, campaigns: tags such as !mine are not read; leave it out"),
        ("a: \0", "line 1: the character U+0000 is not read"),
        ("a: 1\nb: \x07", "line 2: the character U+0007 is not read"),
        ("a: 1\nb: \ud800", "line 2: the character U+D800 is not read"),
    ],
)
def test_what_is_no_document_is_told_with_its_line(text, said):
    found = refusal(text)
    assert found.startswith(said)
    assert "\n" not in found


@pytest.mark.parametrize("levels", [33, 300, 5000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{not: ", "}")])
def test_deep_nesting_is_refused_however_deep(opening, closing, levels):
    text = "a: " + opening * levels + "b" + closing * levels
    assert refusal(text).endswith("it is nested deeper than 32 levels")


def test_a_condition_may_be_nested_as_deep_as_anybody_needs():
    when = "{not: " * 20 + "{someone: suit}" + "}" * 20
    rules = read_rules(f"{TOP}\n  a: {{creatives: [x], when: {when}}}", shipped_policy())
    assert not rules.schema.campaigns["a"].when.holds([])


def test_the_size_is_bounded_in_bytes():
    text = TOP + " {}\n# "
    filler = "ä" * ((MAX_BYTES - len(text)) // 2)
    assert read_document(text + filler, Schema)[0].campaigns == {}
    assert refusal(text + filler + "ää") == "line 1: the document is larger than 1 MiB"


def test_a_long_value_makes_no_long_error():
    assert len(refusal(f"{TOP} {'x' * 100_000}")) < 300
    assert len(refusal(f"{TOP} {{}}\n{'y' * 1000}: 1")) < 600


def test_line_breaks_of_other_systems_count_too():
    assert refusal(f"{TOP} {{}}\nx: 1".replace("\n", "\r\n")).startswith("line 4, x:")


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_a_schema_or_one_clear_error(text):
    read_or_refused(text)


@settings(deadline=None)
@given(
    st.text(alphabet="ab:-?[]{}&*!|>'\"%@`#,\n\t \\~<=.0123456789\0\ud800\ufeff\x85", max_size=80)
)
def test_any_text_of_signs_that_yaml_knows(text):
    read_or_refused(text)


_SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from(WORDS))
_VALUES = st.recursive(
    _SCALARS,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(_SCALARS, below, max_size=3),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["a", "b"]), _VALUES), _VALUES)
def test_any_structure_of_campaigns(campaigns, when):
    entry = {"creatives": ["x"], "when": when}
    read_or_refused(
        json.dumps(
            {
                "timezone": "UTC",
                "default_playlist": ["house"],
                "campaigns": {**campaigns, "c": entry},
            }
        )
    )


def read_or_refused(text):
    told = ""
    try:
        read_rules(text, shipped_policy())
    except InvalidDocumentError as error:
        told = str(error)
        assert told.startswith("line ")
    assert told.isprintable()
