"""The endpoint over HTTP: what it keeps, forgets, refuses, tells and deletes."""

import dataclasses
import datetime
import os
import tempfile

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from graftnet_tf.active_learning.snapshot_groups import snapshot_groups
from graftnet_tf.io.image_sources import list_sources
from serving.crop_keeping.sampling import is_sampled, snapshot_name
from tests.serving.crop_keeping.running_endpoint import TERMS, TODAY, image_file, running_endpoint

COLOURS = ("red", "green", "blue", "yellow", "white", "grey")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "kept"


@pytest.fixture
def client(folder, tmp_path):
    with running_endpoint(folder, tmp_path) as client:
        yield client


def crops(folder):
    return sorted(folder.rglob("*.png"))


def test_crops_that_are_posted_together_are_an_archive_with_one_group(client, folder):
    pairs = [[image_file(colour) for colour in COLOURS[n : n + 2]] for n in (0, 2, 4)]
    answers = [client.post_crops(*pair).json() for pair in pairs]
    assert [answer["sampled"] for answer in answers] == [True] * 3
    assert {answer["expires_on"] for answer in answers} == {"2026-12-28"}
    sources = list(list_sources([str(folder)], ""))
    assert sources == list(map(str, crops(folder)))
    groups = snapshot_groups([str(folder)])
    assert set(groups) == set(sources)
    assert sorted(groups.values()) == sorted(snapshot_name(pair) for pair in pairs for _ in pair)
    named = {os.path.basename(source).removesuffix(".png") for source in sources}
    assert named == {name for answer in answers for name in answer["crops"]}


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_pixels_are_kept_upright_and_nothing_that_tells_their_origin(client, folder, kind):
    client.post_crops(image_file("red", kind=kind, size=(40, 60)))
    (path,) = crops(folder)
    for trace in (b"camera", b"2026:11:28", b"Exif", b"eXIf", b"tEXt", b"iTXt"):
        assert trace not in path.read_bytes()
    kept = Image.open(path)
    assert kept.size == (60, 40)
    assert not kept.info
    assert np.allclose(kept.getpixel((30, 20)), (255, 0, 0), atol=2)


def test_what_is_not_sampled_is_forgotten_undecoded(folder, tmp_path):
    """Which are sampled follows from the seed; the others may be anything."""
    posted = [str(number).encode() * 100 for number in range(200)]
    terms = dataclasses.replace(TERMS, share=0.05, seed=3)
    sampled = [is_sampled(snapshot_name([content]), 0.05, 3) for content in posted]
    assert 0 < sum(sampled) < 25
    with running_endpoint(folder, tmp_path, terms=terms) as client:
        answers = [client.post_crops(content) for content in posted]
        told = client.get("/v1/crops").json()
    assert [answer.status_code == 400 for answer in answers] == sampled
    left = [answer.json() for answer in answers if answer.status_code == 200]
    assert {str(answer) for answer in left} == {
        "{'sampled': False, 'crops': [], 'expires_on': None}"
    }
    assert (told["snapshots_posted"], told["snapshots_sampled"]) == (200, sum(sampled))
    assert crops(folder) == []


def test_it_says_what_it_keeps(client):
    client.post_crops(image_file("red"), image_file("green"))
    client.post_crops(image_file("blue"))
    told = client.get("/v1/crops").json()
    assert told.pop("bytes") > 0
    assert told == {
        "legal_basis": "consent of the testers of lift 3",
        "keep_days": 30,
        "share": 1.0,
        "seed": 0,
        "max_crops": 10_000,
        "max_bytes": 1 << 30,
        "since": "2026-11-28",
        "crops": 3,
        "snapshots": 2,
        "oldest": "2026-11-28",
        "newest": "2026-11-28",
        "next_expiry": "2026-12-28",
        "last_expiry": "2026-12-28",
        "foreign_images": 0,
        "snapshots_posted": 2,
        "snapshots_sampled": 2,
    }


def test_a_snapshot_that_is_posted_again_is_kept_once(client, folder):
    first, second = (client.post_crops(image_file("red")).json() for _ in "12")
    assert first == second
    assert len(crops(folder)) == 1


def test_one_or_all_are_deleted_on_demand(client, folder):
    names = client.post_crops(*map(image_file, COLOURS)).json()["crops"]
    assert client.delete(f"/v1/crops/{names[0]}").json() == {"deleted": 1}
    gone = client.delete(f"/v1/crops/{names[0]}")
    assert (gone.status_code, gone.json()["detail"]) == (404, f"There is no crop {names[0]}.")
    assert len(crops(folder)) == 5
    assert client.delete("/v1/crops").json() == {"deleted": 5}
    assert crops(folder) == []
    assert client.get("/v1/crops").json()["crops"] == 0


def test_what_expired_is_deleted_as_it_begins(folder, tmp_path):
    with running_endpoint(folder, tmp_path) as client:
        client.post_crops(image_file("red"))
    for days, left in ((29, 1), (30, 0)):
        today = TODAY + datetime.timedelta(days=days)
        with running_endpoint(folder, tmp_path, today=today) as client:
            assert client.get("/v1/crops").json()["crops"] == left
            assert len(crops(folder)) == left


def test_people_are_cut_out_of_whole_snapshots(folder, tmp_path):
    def halves(image):
        assert image.shape == (40, 60, 3)
        return [image[:, :20], image[:, 20:]]

    with running_endpoint(folder, tmp_path, cut=halves) as client:
        answer = client.post_whole(image_file("red", size=(40, 60))).json()
        assert len(answer["crops"]) == 2
        assert client.post_crops(image_file("blue")).json()["sampled"]
    sizes = {Image.open(path).size for path in crops(folder)}
    assert sizes == {(20, 40), (40, 40), (60, 40)}
    assert len(set(snapshot_groups([str(folder)]).values())) == 2


def test_a_whole_snapshot_is_refused_where_nobody_cuts(client, folder):
    answer = client.post_whole(image_file("red"))
    assert (answer.status_code, crops(folder)) == (400, [])
    assert answer.json()["detail"].startswith("No people are cut out here: send crops, or start")


def test_a_lift_agent_of_the_advertising_service_finds_nothing_to_post_to(client, folder):
    headers = {"Content-Type": "image/jpeg"}
    snapshot = image_file("red")
    answer = client.post("/v1/lifts/lift-1/snapshots", content=snapshot, headers=headers)
    assert (answer.status_code, crops(folder)) == (404, [])


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}])
def test_nothing_is_done_or_told_without_the_token(client, folder, header):
    client.post_crops(image_file("red"))
    del client.headers["Authorization"]
    client.headers.update(header)
    asked = [
        client.post_crops(image_file("blue")),
        client.get("/v1/crops"),
        client.delete("/v1/crops"),
        client.delete(f"/v1/crops/{crops(folder)[0].stem}"),
    ]
    assert [answer.status_code for answer in asked] == [401] * 4
    assert client.get("/health").status_code == 200
    assert len(crops(folder)) == 1


def test_a_token_that_is_replaced_counts_at_once(client, tmp_path):
    (tmp_path / "token").write_text("another-token")
    assert client.get("/v1/crops").status_code == 401
    client.headers["Authorization"] = "Bearer another-token"
    assert client.get("/v1/crops").status_code == 200


@pytest.mark.parametrize(
    ("files", "detail"),
    [
        ([("crop", b"no image")], "Image 1 cannot be decoded: Not a JPEG or PNG image"),
        ([("crop", image_file("red")), ("crop", b"")], "Image 2 cannot be decoded"),
        ([("crop", image_file("red", size=(8, 60)))], "Image 1 cannot be decoded: Expected sides"),
        ([("crop", image_file("red")[:-300])], "Image 1 cannot be decoded"),
        ([("other", image_file("red"))], "Expected a form with a file 'crop' for each person"),
        ([("crop", image_file("red")), ("other", b"")], "Expected a form with a file 'crop'"),
        ([("crop", b"")] * 101, "The form cannot be read: Too many files"),
    ],
)
def test_a_form_that_is_no_snapshot_is_refused_whole(client, folder, files, detail):
    answer = client.post("/v1/snapshots", files=files)
    assert (answer.status_code, crops(folder)) == (400, [])
    assert answer.json()["detail"].startswith(detail)


@pytest.mark.parametrize(
    ("kind", "status", "detail"),
    [
        ("text/plain", 415, "The body is text/plain; send multipart/form-data with a file 'crop'"),
        ("", 415, "The body is of no type; send multipart/form-data"),
        ("multipart/form-data", 400, "The form cannot be read: Missing boundary"),
        ("multipart/form-data; boundary=b", 400, "The form cannot be read: "),
    ],
)
def test_a_body_of_another_kind_is_refused(client, folder, kind, status, detail):
    answer = client.post_whole(image_file("red"), kind)
    assert (answer.status_code, crops(folder)) == (status, [])
    assert answer.json()["detail"].startswith(detail)


def test_a_body_that_is_too_large_is_refused_unread(client, folder):
    answer = client.post_crops(bytes(2 << 20))
    assert answer.status_code == 413
    assert answer.json()["detail"] == "The body is larger than 1 MiB; send a smaller one."


def test_nothing_of_a_body_is_spooled_to_disk(folder, tmp_path, monkeypatch):
    """Bodies beyond the size at which forms are usually spooled."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    random = np.random.default_rng(0)
    noise = tf.io.encode_png(random.integers(0, 256, (1000, 1000, 3), np.uint8)).numpy()
    with running_endpoint(folder, tmp_path, body_bytes=16 << 20) as client:
        assert len(noise) > 2 << 20
        assert client.post_crops(noise).json()["sampled"]


def test_no_room_is_told_and_what_is_there_stays(folder, tmp_path):
    terms = dataclasses.replace(TERMS, max_crops=2)
    with running_endpoint(folder, tmp_path, terms=terms) as client:
        client.post_crops(image_file("red"))
        answer = client.post_crops(image_file("blue"), image_file("green"))
        assert answer.status_code == 503
        assert answer.json()["detail"].startswith("There are 1 crops of at most 2, and 2 more")
        assert len(crops(folder)) == 1
        assert client.post_crops(image_file("blue")).status_code == 200


def test_a_deletion_that_fails_is_told_and_tried_again(client, folder):
    (name,) = client.post_crops(image_file("red")).json()["crops"]
    (path,) = crops(folder)
    path.unlink()
    path.mkdir()  # which cannot be removed as a file
    (path / "inside").touch()
    answer = client.delete(f"/v1/crops/{name}")
    assert (answer.status_code, client.get("/v1/crops").json()["crops"]) == (500, 1)
    assert "see the log" in answer.json()["detail"]
    (path / "inside").unlink()
    path.rmdir()
    assert client.delete("/v1/crops").json() == {"deleted": 1}
