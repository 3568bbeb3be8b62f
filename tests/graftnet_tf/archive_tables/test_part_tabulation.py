"""A part whose images are partly left out, and columns of lists."""

import numpy as np
import pytest

from graftnet_tf.io.part_plan import PartPlan

pq = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")

from graftnet_tf.archive_tables.job import TableJob  # noqa: E402
from graftnet_tf.archive_tables.part_files import PartFiles  # noqa: E402
from graftnet_tf.archive_tables.part_tabulation import PartTabulation  # noqa: E402
from graftnet_tf.archive_tables.reading import read_tables  # noqa: E402
from graftnet_tf.archive_tables.tabulator import ImageRows  # noqa: E402
from graftnet_tf.io.part_runs import Runner  # noqa: E402


class Lengths:
    """Of each image the length of its file and its first two bytes; of b"bad" nothing."""

    def __init__(self):
        self.columns = {"length": np.int64, "start": np.dtype((np.uint8, (2,)))}

    def tabulate(self, images):
        decoded = np.array([image != b"bad" for image in images])
        good = [image for image in images if image != b"bad"]
        columns = {
            "length": np.array([len(image) for image in good], np.int64),
            "start": np.array([list(image[:2]) for image in good], np.uint8).reshape(-1, 2),
        }
        return ImageRows(decoded, np.flatnonzero(decoded), columns)


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    for number, content in enumerate([b"ab", b"cde", b"bad", b"fg", b"hijk"]):
        (folder / str(number)).write_bytes(content)
    return sorted(map(str, folder.iterdir()))


def test_an_image_that_is_left_out_is_a_dead_letter_and_no_other_row_changes(files, tmp_path):
    output = str(tmp_path / "out")
    work = PartTabulation(Lengths, output, "lengths", batch_size=2, timeout=1.0)
    plan = PartPlan(output)
    plan.write("part", files)
    plan.leave_out("part", {files[1]: "It kills."})
    work.process(work.load(), "part")
    part = PartFiles(output, "lengths", "part")
    found = pq.read_table(part.table).to_pylist()
    assert [(row["length"], bytes(row["start"])) for row in found] == [
        (2, b"ab"),
        (2, b"fg"),
        (4, b"hi"),
    ]
    left_out, bad = part.dead_letters()
    assert (left_out.source, left_out.reason, left_out.retry) == (files[1], "It kills.", False)
    assert len(left_out.sha256) == 64
    assert bad.source == files[2]
    assert part.totals()[:3] == (5, 3, 2)


def test_trying_an_image_writes_nothing(files, tmp_path):
    work = PartTabulation(Lengths, str(tmp_path / "out"), "lengths", batch_size=2, timeout=1.0)
    for file in (files[0], files[2], str(tmp_path / "absent")):
        work.try_image(work.load(), file)
    assert not (tmp_path / "out").exists()


def test_tables_of_any_part_without_a_row_are_read_as_others(files, tmp_path):
    job = TableJob(str(tmp_path / "out"), "lengths", {}, Lengths, batch_size=2, part_size=1)
    summary = job.run(files, Runner())
    assert (summary.rows, summary.dead_letters, summary.parts) == (4, 1, 5)
    tables = list(read_tables(str(tmp_path / "out"), "lengths", ["start", "source"]))
    assert [len(table) for table in tables] == [1, 1, 0, 1, 1]
    assert tables[2].schema.equals(tables[0].schema)
    assert tables[4]["start"].to_pylist() == [[104, 105]]
    assert tables[0].column_names == ["start", "source"]
