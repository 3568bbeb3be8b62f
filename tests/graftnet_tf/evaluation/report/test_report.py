import base64
import csv
import dataclasses
import io
import os
import re
from unittest import mock

import numpy as np
import pytest
from PIL import Image

from graftnet_tf.errors import GraftNetError
from graftnet_tf.evaluation import metrics
from graftnet_tf.evaluation.archive_estimates import archive_estimates
from graftnet_tf.evaluation.delong import auc_interval
from graftnet_tf.evaluation.evaluate import AttributeEvaluation, evaluate
from graftnet_tf.evaluation.report import directory as report_directory
from graftnet_tf.evaluation.report import figures
from graftnet_tf.evaluation.report.directory import check_replaceable, write_report
from graftnet_tf.evaluation.report.figures import histogram_png, roc_png
from graftnet_tf.evaluation.report.mistakes import false_negatives, false_positives


@pytest.fixture
def evaluation(colour_model, colour_workspace):
    return evaluate(colour_workspace, colour_model)


def attribute_of(labels, scores, threshold=0.5):
    labels, scores = np.array(labels, bool), np.array(scores, np.float32)
    return AttributeEvaluation(
        name="hat",
        task="hat",
        paths=tuple(f"{index}.png" for index in range(len(labels))),
        labels=labels,
        scores=scores,
        row=metrics.at_threshold(labels, scores, threshold),
        auc=metrics.auc(labels, scores),
        auc_interval=auc_interval(labels, scores),
        ece=metrics.expected_calibration_error(labels, scores),
    )


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def test_report_holds_page_table_and_a_curve_per_attribute(evaluation, tmp_path):
    page = write_report(evaluation, str(tmp_path / "report"))

    assert page == str(tmp_path / "report" / "report.html")
    assert set(os.listdir(tmp_path / "report")) == {
        "report.html",
        "metrics.csv",
        "scores.csv",
        "roc",
    }
    curves = os.listdir(tmp_path / "report" / "roc")
    assert set(curves) == {"bald.png", "male.png", "female.png"}
    Image.open(tmp_path / "report" / "roc" / "bald.png").verify()


def test_every_score_is_kept(evaluation, tmp_path):
    write_report(evaluation, str(tmp_path / "report"))
    with open(tmp_path / "report" / "scores.csv") as file:
        rows = list(csv.DictReader(file))
    for attribute in evaluation.attributes:
        own = [row for row in rows if row["attribute"] == attribute.name]
        assert [row["image"] for row in own] == list(attribute.paths)
        assert [row["positive"] == "1" for row in own] == attribute.labels.tolist()
        kept = [float(row["score"] or "nan") for row in own]
        np.testing.assert_array_equal(np.float32(kept), attribute.scores)


def test_scores_are_told_to_the_last_digit_and_odd_names_quoted(evaluation, tmp_path):
    hat = attribute_of([0, 1, 1], [0.1, np.nan, 1])
    hat = dataclasses.replace(hat, name="hat, red", paths=["a.png", 'b "c".png', "é\n.png"])
    two = (hat, dataclasses.replace(attribute_of([1], [0.25]), name="bag"))
    write_report(dataclasses.replace(evaluation, attributes=two), str(tmp_path / "report"))
    assert read(tmp_path / "report" / "scores.csv") == (
        "attribute,image,positive,score\n"
        '"hat, red",a.png,0,0.10000000149011612\n'
        '"hat, red","b ""c"".png",1,\n'
        '"hat, red","é\n.png",1,1.0\n'
        "bag,0.png,1,0.25\n"
    )


def test_page_needs_no_other_file_and_no_network(evaluation, tmp_path):
    page = read(write_report(evaluation, str(tmp_path / "report")))

    sources = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert sources
    assert all(source.startswith(("data:", "#")) for source in sources)
    assert "url(" not in page
    assert "@import" not in page
    for content in re.findall(r'src="data:image/\w+;base64,([^"]*)"', page):
        Image.open(io.BytesIO(base64.b64decode(content))).verify()


def test_page_tells_the_figures_and_what_is_missing(evaluation, tmp_path):
    broken = dataclasses.replace(evaluation, unreadable={"images/<odd>.jpg": "The file is empty."})

    page = read(write_report(broken, str(tmp_path / "report")))

    assert f"{evaluation.mean_auc:.3f}" in page
    assert "for want of test images:\n  hat." in page
    assert "no branch for:\n  cap." in page
    assert "images/&lt;odd&gt;.jpg" in page
    assert "The file is empty." in page
    assert evaluation.metadata["trunk"]["fingerprint"][:12] in page


def test_table_has_the_full_figures(evaluation, tmp_path):
    write_report(evaluation, str(tmp_path / "report"))

    with open(tmp_path / "report" / "metrics.csv") as file:
        rows = {row["attribute"]: row for row in csv.DictReader(file)}

    for attribute in evaluation.attributes:
        row = rows[attribute.name]
        for column, value in attribute.figures().items():
            assert row[column] == ("" if value is None else str(value))


def test_what_holds_of_the_archive_is_in_a_table_of_its_own(evaluation, tmp_path):
    hat = attribute_of([0, 1, 0, 0], [0.1, 0.9, 0.7, 0.2])
    likely = np.array([0.25, 1, 0.5, np.nan])
    found = archive_estimates(hat.labels, hat.scores, np.arange(4), likely, 0.5)
    attributes = (dataclasses.replace(hat, archive=found), *evaluation.attributes)

    page = read(
        write_report(dataclasses.replace(evaluation, attributes=attributes), str(tmp_path / "two"))
    )

    with open(tmp_path / "two" / "archive.csv") as file:
        [row] = csv.DictReader(file)
    assert {name: row[name] for name in ("attribute", "images", "without_probability")} == {
        "attribute": "hat",
        "images": "3",
        "without_probability": "1",
    }
    assert row["prevalence"] == str(found.prevalence.value)
    assert float(row["fpr"]) == pytest.approx(2 / 6)
    assert "Of the archive" in page
    assert "<td>0.1429</td>" in page, "a prevalence of 1 in 7"
    assert "Of the archive" not in read(write_report(evaluation, str(tmp_path / "two")))
    assert not (tmp_path / "two" / "archive.csv").exists()


def test_undefined_figures_are_empty_in_the_table_and_a_dash_on_the_page(evaluation, tmp_path):
    one_class = dataclasses.replace(evaluation, attributes=(attribute_of([0, 0], [0.1, 0.9]),))

    page = read(write_report(one_class, str(tmp_path / "report")))

    with open(tmp_path / "report" / "metrics.csv") as file:
        row = next(csv.DictReader(file))
    assert (row["auc"], row["recall"]) == ("", "")
    assert row["fpr"] == "0.5"
    assert "AUC \N{EN DASH} · recall \N{EN DASH} at FPR 0.500" in page


def test_a_second_report_replaces_the_first_as_a_whole(evaluation, tmp_path):
    target = str(tmp_path / "report")
    write_report(evaluation, target)
    fewer = dataclasses.replace(evaluation, attributes=evaluation.attributes[:1])

    write_report(fewer, target + "/")

    assert os.listdir(tmp_path / "report" / "roc") == ["bald.png"]
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".incoming")]


def test_a_failure_leaves_the_older_report(evaluation, tmp_path, monkeypatch):
    target = str(tmp_path / "report")
    before = read(write_report(evaluation, target))

    def fail(*_):
        raise RuntimeError

    monkeypatch.setattr(report_directory.page, "render", fail)
    with pytest.raises(RuntimeError):
        write_report(evaluation, target)

    assert read(tmp_path / "report" / "report.html") == before
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".incoming")]


def test_a_directory_with_other_files_is_never_replaced(evaluation, tmp_path):
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "thesis.tex").write_text("years of work")
    with pytest.raises(GraftNetError, match=r"holds .*thesis\.tex"):
        write_report(evaluation, str(papers))
    assert (papers / "thesis.tex").read_text() == "years of work"


def test_a_file_is_no_place_for_a_report(tmp_path):
    (tmp_path / "report").write_text("")
    with pytest.raises(GraftNetError, match="is a file"):
        check_replaceable(str(tmp_path / "report"))


def test_an_attributes_name_never_leads_out_of_the_directory(evaluation, tmp_path):
    odd = dataclasses.replace(attribute_of([0, 1], [0.1, 0.9]), name="../up")
    write_report(dataclasses.replace(evaluation, attributes=(odd,)), str(tmp_path / "report"))
    assert os.listdir(tmp_path / "report" / "roc") == ["..%2Fup.png"]


def test_worst_mistakes_come_first():
    attribute = attribute_of([0, 0, 0, 1, 1, 1], [0.6, 0.9, 0.1, 0.4, 0.2, 0.7])

    assert [mistake.path for mistake in false_positives(attribute, 5)] == ["1.png", "0.png"]
    assert [mistake.path for mistake in false_negatives(attribute, 5)] == ["4.png", "3.png"]
    assert [mistake.path for mistake in false_negatives(attribute, 1)] == ["4.png"]


def test_an_unscored_image_is_no_mistake():
    attribute = attribute_of([0, 1, 0, 1], [np.nan, np.nan, 0.1, 0.9])
    assert false_positives(attribute, 5) == false_negatives(attribute, 5) == []


def test_a_score_at_the_threshold_is_a_positive_call():
    attribute = attribute_of([0, 1], [0.5, 0.5])
    assert [mistake.path for mistake in false_positives(attribute, 5)] == ["0.png"]
    assert false_negatives(attribute, 5) == []


def test_mistakes_have_thumbnails_when_their_images_are_at_hand(tmp_path):
    Image.new("RGBA", (400, 800), (200, 30, 30, 255)).save(tmp_path / "tall.png")
    paths = (str(tmp_path / "tall.png"), str(tmp_path / "gone.png"))
    attribute = dataclasses.replace(attribute_of([0, 0], [0.9, 0.8]), paths=paths)

    at_hand, gone = false_positives(attribute, 2)

    with Image.open(io.BytesIO(at_hand.thumbnail)) as thumbnail:
        assert thumbnail.height <= 208
        assert thumbnail.width * 2 == thumbnail.height
    assert gone.thumbnail is None


@pytest.mark.parametrize("draw", [roc_png, histogram_png])
@pytest.mark.parametrize(
    ("labels", "scores"),
    [([0, 1], [0.2, 0.8]), ([0, 0], [0.2, 0.8]), ([1, 0], [np.nan, np.nan])],
)
def test_figures_are_drawn_of_whatever_there_is(draw, labels, scores):
    with Image.open(io.BytesIO(draw(attribute_of(labels, scores)))) as image:
        assert len(image.convert("L").getcolors()) > 1


def synthetic(evaluation, count):
    """An evaluation of so many images of which a fifth could not be scored."""
    random = np.random.default_rng(0)
    labels = random.random(count) < 0.4
    scores = 1 / (1 + np.exp(-random.normal(labels, 1)))
    scores[::5] = np.nan
    hat = attribute_of(labels, scores)
    unreadable = dict.fromkeys(hat.paths[::5], "The file is empty.")
    return dataclasses.replace(evaluation, images=count, attributes=(hat,), unreadable=unreadable)


def test_the_report_of_many_images_is_about_as_large_as_that_of_few(evaluation, tmp_path):
    sizes = {}
    for count in (2000, 100_000):
        page = write_report(synthetic(evaluation, count), str(tmp_path / str(count)))
        curve = tmp_path / str(count) / "roc" / "hat.png"
        sizes[count] = np.array([os.path.getsize(page), os.path.getsize(curve)])
        listed = len(re.findall("The file is empty", read(page)))
        assert listed == 100
        assert f"And {count // 5 - 100:,} more: those without a score in scores.csv" in read(page)
    assert (sizes[100_000] < 1.5 * sizes[2000]).all()


def test_a_curve_of_many_points_is_drawn_as_if_by_all_of_them(evaluation):
    hat = synthetic(evaluation, 50_000).attributes[0]
    images = {}
    for steps in (10**7, figures._STEPS, 10):
        with (
            mock.patch.object(figures, "_STEPS", steps),
            Image.open(io.BytesIO(roc_png(hat))) as im,
        ):
            images[steps] = np.asarray(im.convert("L"), np.float64)
    whole, drawn, coarse = images.values()
    assert np.abs(drawn - whole).mean() < 0.1 < np.abs(coarse - whole).mean()
