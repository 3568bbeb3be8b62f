"""Which Keras runs. Processes are real; what is installed in them is told by a stand-in."""

import os
import subprocess
import sys
import types

import pytest

from graftnet_tf.io import tensorflow_stack

SET = {"tensorflow": "2.15.1", "keras": "2.15.0", "tensorflow-addons": "0.23.0"}
KERAS_3 = {"tensorflow": "2.21.0", "keras": "3.15.1", "pot": "0.9.6"}
CURRENT = KERAS_3 | {"tf-keras": "2.21.0"}


@pytest.fixture
def installed(monkeypatch):
    """Has the check find the given distributions, no switch, and TensorFlow not yet imported."""

    def install(distributions):
        monkeypatch.setattr(tensorflow_stack, "_installed", distributions.get)

    monkeypatch.delitem(sys.modules, "tensorflow")
    monkeypatch.setenv("TF_USE_LEGACY_KERAS", "")  # restored in the end, whatever is set meanwhile
    monkeypatch.delenv("TF_USE_LEGACY_KERAS")
    return install


CLIENT = {name: KERAS_3[name] for name in ("tensorflow", "keras")}


@pytest.mark.parametrize("distributions", [{}, SET, CLIENT])
def test_without_keras_3_or_with_the_client_alone_nothing_is_changed(installed, distributions):
    installed(distributions)
    tensorflow_stack.require_keras_2()
    assert "TF_USE_LEGACY_KERAS" not in os.environ


@pytest.mark.parametrize("given", ["1", "true", None])
def test_beside_keras_3_tf_keras_is_the_package_tf_keras(installed, given):
    installed(CURRENT)
    if given:
        os.environ["TF_USE_LEGACY_KERAS"] = given
    tensorflow_stack.require_keras_2()
    assert os.environ["TF_USE_LEGACY_KERAS"] == (given or "1")


@pytest.mark.parametrize(
    ("distributions", "words"),
    [
        (
            CURRENT | {"tensorflow-addons": "0.23.0"},
            ["tensorflow-addons 0.23.0", "TensorFlow 2.21.0", "pip uninstall tensorflow-addons"],
        ),
        (
            KERAS_3,
            ["TensorFlow 2.21.0", "Keras 3.15.1", "no tf-keras", "graftnet-tf[current]"],
        ),
    ],
)
def test_a_mix_of_two_stacks_is_told_in_one_line(installed, distributions, words):
    installed(distributions)
    with pytest.raises(ImportError) as error:
        tensorflow_stack.require_keras_2()
    assert [word for word in words if word not in str(error.value)] == []
    assert "\n" not in str(error.value)


def test_an_environment_that_asks_for_keras_3_is_refused(installed):
    installed(CURRENT)
    os.environ["TF_USE_LEGACY_KERAS"] = "0"
    with pytest.raises(ImportError, match=r"TF_USE_LEGACY_KERAS=0 .*unset TF_USE_LEGACY_KERAS"):
        tensorflow_stack.require_keras_2()


@pytest.mark.parametrize("in_use", ["tf_keras.src.engine.training", "keras.src.models.model"])
def test_keras_3_in_use_is_refused_keras_2_is_not(installed, monkeypatch, in_use):
    installed(CURRENT)
    model = type("Model", (), {"__module__": in_use})
    stand_in = types.SimpleNamespace(keras=types.SimpleNamespace(Model=model))
    monkeypatch.setitem(sys.modules, "tensorflow", stand_in)
    if in_use.startswith("tf_keras"):
        tensorflow_stack.require_keras_2()
    else:
        with pytest.raises(ImportError, match=r"tf\.keras is Keras 3\.15\.1 .*before tf\.keras"):
            tensorflow_stack.require_keras_2()


def run(*command, **environment):
    """A process of this interpreter without the switch that this one has set."""
    inherited = {key: at for key, at in os.environ.items() if key != "TF_USE_LEGACY_KERAS"}
    return subprocess.run(
        [sys.executable, *command],
        capture_output=True,
        text=True,
        env={**inherited, "TF_CPP_MIN_LOG_LEVEL": "3", **environment},
    )


KERAS = "print(tf.keras.Model.__module__)"
KERAS_2 = ("tf_keras.src.engine", "keras.src.engine")


@pytest.mark.parametrize("package", ["graftnet_tf", "yolact_tf", "serving", "pipelines"])
def test_whoever_imports_a_package_first_gets_keras_2(package):
    found = run("-c", f"import {package}, tensorflow as tf; {KERAS}")
    assert found.stdout.startswith(KERAS_2)


def test_tensorflow_may_be_imported_first_as_long_as_its_keras_is_not_used():
    found = run("-c", f"import tensorflow as tf, graftnet_tf; {KERAS}")
    assert found.stdout.startswith(KERAS_2)


@pytest.mark.skipif(
    not (tensorflow_stack._installed("keras") or "").startswith("3."), reason="needs Keras 3"
)
def test_keras_3_in_use_is_told_at_import_of_the_package_and_of_a_binary():
    found = run("-c", "import tensorflow as tf; tf.keras.layers.Dense(1); import graftnet_tf")
    assert found.returncode == 1
    assert found.stderr.splitlines()[-1].startswith("ImportError: tf.keras is Keras 3.")


@pytest.mark.parametrize("binary", ["compose", "advertise"])
def test_a_binary_says_one_line_and_no_traceback(tmp_path, binary):
    """Distributions that are nothing but their names, before those that are installed."""
    for name, version in (CURRENT | {"tensorflow-addons": "0.23.0"}).items():
        metadata = tmp_path / f"{name.replace('-', '_')}-{version}.dist-info" / "METADATA"
        metadata.parent.mkdir()
        metadata.write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    found = run("-m", f"pipelines.{binary}", "--help", PYTHONPATH=f"{tmp_path}{os.pathsep}.")
    assert found.returncode == 1
    assert found.stderr.startswith("Found tensorflow-addons 0.23.0 beside TensorFlow 2.21.0")
    assert found.stderr.count("\n") == 1
