import pytest

from graftnet_tf.forgetting.list_rows import drop_near_duplicates, drop_rows
from graftnet_tf.io import atomic_files
from graftnet_tf.workspace.tasks import NEAR_DUPLICATES_FILE, Task, parse_list
from tests.graftnet_tf.forgetting.conftest import write

HEADER = '\ufeffimage,class,group,"a note"\r\n'
ROWS = ['a.png,positive,a,"two\r\nlines, ""quoted"""\n', "b.png,negative,b\n", "c.png,positive,c,"]


@pytest.mark.parametrize("rows", [{0}, {1}, {0, 2}, {0, 1, 2}, set()])
def test_all_other_bytes_of_a_list_stay(tmp_path, rows):
    text = HEADER + ROWS[0] + "\n" + ROWS[1] + ROWS[2]
    path = write(str(tmp_path / "train.csv"), text.encode())
    before = parse_list(text.encode(), path, Task.binary("bald"))
    drop_rows(path, rows)
    left = atomic_files.read_bytes(path)
    assert left.decode() == HEADER + "".join(
        ("" if number in rows else row) + ("\n" if number == 0 else "")
        for number, row in enumerate(ROWS)
    )
    kept = [example for number, example in enumerate(before) if number not in rows]
    assert parse_list(left, path, Task.binary("bald")) == kept


SOURCES = ["/data/bald/yes/1.jpg", "/data/bald/no/1.jpg", "/data/bald/yes/2.jpg", "/x/3.jpg"]


def near_duplicates(workspace):
    table = atomic_files.read_bytes(workspace.path("tasks", "red", NEAR_DUPLICATES_FILE))
    return table.decode().splitlines()[1:]


@pytest.mark.parametrize(
    ("images", "left"),
    [
        ({"images/bald/yes/1.jpg"}, ["1,/data/bald/yes/2.jpg,train", "1,/x/3.jpg,test"]),
        ({"images/bald/0123456789ab-3.jpg"}, [0, 1]),
        ({"/data/bald/no/1.jpg"}, ["1,/data/bald/yes/2.jpg,train", "1,/x/3.jpg,test"]),
        ({"images/bald/yes/9.jpg"}, [0, 1, 2, 3]),
    ],
)
def test_a_group_that_is_on_one_side_alone_is_left_out(drawn, images, left):
    rows = [
        f"{number // 2},{source},{('train', 'test')[number % 2]}"
        for number, source in enumerate(SOURCES)
    ]
    text = "\n".join(["group,image,split", *rows, ""])
    write(drawn.path("tasks", "red", NEAR_DUPLICATES_FILE), text.encode())
    drop_near_duplicates(drawn, "red", images)
    assert near_duplicates(drawn) == [rows[it] if isinstance(it, int) else it for it in left]
    assert len(drawn.near_duplicates("red")) == len(left) // 2
