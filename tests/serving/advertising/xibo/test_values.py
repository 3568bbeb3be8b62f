"""What a lift's passengers are to the CMS, and its settings in a file."""

import pytest

from graftnet_tf.errors import GraftNetError
from serving.advertising.rules.conditions import Person
from serving.advertising.xibo.settings_file import read_settings
from serving.advertising.xibo.values import values_of

NAMES = ("suit", "courier")
FILE = """\
url: https://cms.example.com
client_id: id
client_secret_file: SECRET
display_groups: {lift-1: 12}
"""


def somebody(*shown):
    return Person({}, {name: name in shown for name in NAMES})


def test_what_somebody_shows_is_one_and_what_nobody_does_has_gone():
    people = [somebody("suit"), somebody()]
    assert values_of(people, NAMES, 2) == {
        "graftnet_suit": "1",
        "graftnet_courier": None,
        "graftnet_audience": "2",
    }


def test_fewer_people_than_are_counted_are_no_audience():
    assert values_of([somebody("suit")], ["suit"], 2) == {
        "graftnet_suit": "1",
        "graftnet_audience": None,
    }
    assert values_of([], NAMES, 2) == dict.fromkeys(
        ("graftnet_suit", "graftnet_courier", "graftnet_audience")
    )


def test_settings_come_from_a_file_and_the_secret_from_another(tmp_path):
    (tmp_path / "secret").write_text("s3cret\n")
    path = tmp_path / "xibo.yaml"
    path.write_text(FILE.replace("SECRET", str(tmp_path / "secret")) + "absent: none\n")
    settings = read_settings(str(path))
    assert (settings.client_secret, settings.absent) == ("s3cret", "none")
    assert settings.display_groups == {"lift-1": 12}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("client_secret: x\n", r"line 5.*client_secret is no field"),
        ("ttl: soon\n", r"line 5.*ttl"),
        ("ttl: 1\n", r"2 s apart"),
        ("", r"No such file"),
    ],
)
def test_wrong_settings_are_told_with_their_file(tmp_path, line, said):
    path = tmp_path / "xibo.yaml"
    path.write_text(FILE + line)
    if line == "ttl: 1\n":
        (tmp_path / "secret").write_text("x")
        path.write_text(FILE.replace("SECRET", str(tmp_path / "secret")) + line)
    with pytest.raises(GraftNetError, match=rf"xibo\.yaml: .*{said}"):
        read_settings(str(path))
