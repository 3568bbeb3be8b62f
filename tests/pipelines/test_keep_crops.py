"""keep_crops as a person runs it: killed, started again, swept; and what it refuses."""

import csv
import signal
import stat

import httpx
import pytest

from tests.pipelines.forked_runs import run_all
from tests.pipelines.test_serving_binaries import start
from tests.serving.crop_keeping.running_endpoint import TOKEN, image_file

BASIS = "--legal_basis=consent of the testers of lift 3"
STATED = (BASIS, "--keep_days=30", "--share=1")


@pytest.fixture
def token(tmp_path):
    path = tmp_path / "token"
    path.write_text(TOKEN)
    path.chmod(0o600)
    return f"--token_file={path}"


def post(address, colour):
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    files = [("crop", image_file(colour))]
    answer = httpx.post(f"{address}/v1/snapshots", files=files, headers=bearer, timeout=60)
    return answer.raise_for_status().json()


def test_a_killed_endpoint_comes_back_and_what_it_kept_expires(tmp_path, token):
    folder = tmp_path / "kept"
    options = (f"--output={folder}", *STATED, token, "--port=0")
    first = start("keep_crops", *options)
    said = first.stdout.readline()
    assert said.startswith("Keeping 100.00% of snapshots for 30 days at http://127.0.0.1:")
    post(said.split()[-1], "red")
    first.kill()
    first.communicate()

    second = start("keep_crops", *options)
    post(second.stdout.readline().split()[-1], "blue")
    (busy,) = run_all("keep_crops", [[f"--output={folder}", "--sweep"]])
    assert (busy.status, "Another job is writing to" in busy.error) == (1, True)
    second.send_signal(signal.SIGTERM)
    second.communicate(timeout=60)
    assert second.returncode == 0

    crops = sorted(folder.rglob("*.png"))
    assert len(crops) == 2
    assert {stat.S_IMODE(crop.stat().st_mode) for crop in crops} == {0o640}
    table = folder / "people.csv"
    rows = list(csv.DictReader(table.open()))
    expired = next(row for row in rows if row["crop"].endswith(crops[0].name))
    line = ",".join(expired.values())
    past = line.replace(expired["expires_on"], expired["kept_on"])
    table.write_text(table.read_text().replace(line, past))
    (swept,) = run_all("keep_crops", [[f"--output={folder}", "--sweep"]])
    assert swept.stdout == "1 crops expired and are deleted; 1 are kept.\n"
    assert list(folder.rglob("*.png")) == [crops[1]]


WRONG = {
    "Flag --output must have a value": [],
    "--legal_basis is missing: nothing is kept without a stated": ["--output=kept"],
    "--keep_days is missing": ["--output=kept", BASIS, "--share=1"],
    "--share is missing": ["--output=kept", BASIS, "--keep_days=30"],
    "--token_file is missing": ["--output=kept", *STATED],
    "The legal basis is empty": ["--output=kept", *STATED, "--legal_basis="],
    "share is 1.5; expected above 0": ["--output=kept", *STATED, "--share=1.5"],
    "keep_days is 0; expected 1 to": ["--output=kept", *STATED, "--keep_days=0"],
    "max_crops is 0; expected": ["--output=kept", *STATED, "--max_crops=0"],
    "go together": ["--output=kept", *STATED, "--token_file=t", "--tls_key=k"],
}


def test_wrong_flags_are_told_in_one_line():
    runs = run_all("keep_crops", list(WRONG.values()))
    for run, message in zip(runs, WRONG, strict=True):
        assert run.status == 2
        assert message in run.error
        assert "Traceback" not in run.stderr


def test_what_cannot_be_used_is_told_in_one_line(tmp_path, token):
    folder = f"--output={tmp_path / 'kept'}"
    runs = run_all(
        "keep_crops",
        [
            [folder, *STATED, "--token_file=missing"],
            [folder, "--sweep"],
            [f"--output={tmp_path}", *STATED, token],
            [folder, *STATED, token, "--host=198.51.100.1"],
        ],
    )
    for run, message in zip(
        runs,
        [
            "The token file missing cannot be read: No such file or directory.",
            "kept/settings.json does not exist.",
            "is no folder of kept crops and has token in it",
            "Cannot listen on 198.51.100.1",
        ],
        strict=True,
    ):
        assert run.status == 1
        assert message in run.error
        assert "Traceback" not in run.stderr
    assert "Pictures of people pass 198.51.100.1 unencrypted" in runs[-1].stderr
