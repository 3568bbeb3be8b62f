"""Requests that do not fit: each gets its status, and the next good one its answer."""

import grpc
import numpy as np
import pytest

from tests.serving.conformance.server_under_test import refused

INVALID = grpc.StatusCode.INVALID_ARGUMENT
IMAGES = np.random.default_rng(0).integers(0, 256, (2, 50, 40, 3), dtype=np.uint8)
REQUESTS = {
    "unknown signature": (
        grpc.StatusCode.FAILED_PRECONDITION,
        ("no_such_signature", {"images": IMAGES}),
    ),
    "missing input": (INVALID, ("serving_default", {})),
    "surplus input": (INVALID, ("serving_default", {"images": IMAGES, "masks": IMAGES})),
    "unknown input": (INVALID, ("serving_default", {"photographs": IMAGES})),
    "input of another signature": (INVALID, ("predict_jpeg", {"images": IMAGES})),
    "wrong dtype": (INVALID, ("serving_default", {"images": IMAGES.astype(np.float32)})),
    "wrong rank": (INVALID, ("serving_default", {"images": IMAGES[0]})),
    "one channel": (INVALID, ("serving_default", {"images": IMAGES[..., :1]})),
    "too small": (INVALID, ("serving_default", {"images": IMAGES[:, :4, :4]})),
    "numbers for files": (INVALID, ("predict_jpeg", {"image_bytes": np.zeros(2, np.float32)})),
}


@pytest.mark.parametrize("case", REQUESTS)
def test_a_request_that_does_not_fit_is_refused(server, case):
    code, request = REQUESTS[case]
    with refused(code):
        server.predict(*request)
    good = server.predict("serving_default", {"images": IMAGES}).outputs
    assert np.isfinite(good[server.attributes[0]]).all()


@pytest.mark.parametrize(
    "wanted", [["no_such_output"], ["known", "no_such_output"], ["known", "known"]], ids=str
)
def test_an_unknown_or_repeated_output_is_refused(server, wanted):
    wanted = [server.attributes[0] if name == "known" else name for name in wanted]
    with refused(INVALID):
        server.predict("serving_default", {"images": IMAGES}, outputs=wanted)
