import pytest
import tensorflow as tf

from graftnet_tf.models.precision import native_precision


@pytest.fixture(autouse=True)
def _no_gpu(monkeypatch):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("fma avx512f avx512_bf16 vaes", "bfloat16"),
        ("fma amx_bf16", "bfloat16"),
        ("fma avx2 avx512f", "float32"),
        ("avx512_bf16x", "float32"),
    ],
)
def test_the_cpu_s_flags_decide(tmp_path, flags, expected):
    (tmp_path / "cpuinfo").write_text(f"processor\t: 0\nflags\t\t: fpu {flags}\nbugs\t\t:\n")
    assert native_precision(str(tmp_path / "cpuinfo")) == expected


def test_an_unknown_cpu_takes_float32(tmp_path):
    assert native_precision(str(tmp_path / "missing")) == "float32"


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [([(8, 0)], "bfloat16"), ([(9, 0), (7, 5)], "float32"), ([None], "float32")],
)
def test_gpus_decide_before_the_cpu(monkeypatch, tmp_path, capabilities, expected):
    (tmp_path / "cpuinfo").write_text("flags: avx512_bf16\n")
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: capabilities)
    monkeypatch.setattr(
        tf.config.experimental,
        "get_device_details",
        lambda gpu: {"compute_capability": gpu} if gpu else {},
    )
    assert native_precision(str(tmp_path / "cpuinfo")) == expected
