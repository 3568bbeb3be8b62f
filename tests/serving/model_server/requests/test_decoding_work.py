import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from serving.model_server.requests.decoding_work import decoding_work
from tests.serving.sample_images import huge_jpeg, huge_png, image_file


def progressive(size=(40, 64)):
    pixels = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", progressive=True)
    return buffer.getvalue()


@pytest.mark.parametrize("file", ["JPEG", "PNG"])
def test_pixels_are_read_from_the_header(file):
    assert (
        decoding_work([image_file(file=file), image_file(file=file, size=(30, 20))])
        == 40 * 64 + 600
    )


def test_what_a_header_claims_counts_unless_it_is_refused_for_that():
    assert decoding_work([huge_png(7000), huge_jpeg(7000)]) == 2 * 7000**2
    assert decoding_work([huge_png(), huge_jpeg()]) == 0


def test_every_scan_of_a_progressive_image_counts():
    data = progressive()
    scans = data.count(b"\xff\xda")
    assert scans > 1
    assert decoding_work([data]) == scans * 40 * 64
    start = data.rindex(b"\xff\xda")
    bomb = data[:start] + 500 * data[start:-2] + data[-2:]
    assert decoding_work([bomb]) == (scans + 499) * 40 * 64


def test_what_is_no_image_costs_nothing():
    assert decoding_work([b"", b"GIF89a", image_file(file="BMP"), b"\xff\xd8", b"\x89PNG\r\n"]) == 0


@given(st.binary(max_size=60), st.integers(0, 600))
def test_any_bytes_are_read_to_their_end(junk, cut):
    assert decoding_work([b"\xff\xd8" + junk, image_file()[:cut] + junk]) >= 0
