import dataclasses
import json
import os

import numpy as np
import pytest
import tensorflow as tf

from yolact_tf import build_yolact, load_torch_state_dict
from yolact_tf.checkpoints.state_dict import expected, torch_state_dict
from yolact_tf.config import CONFIGS
from yolact_tf.errors import YolactError
from yolact_tf.models.priors import feature_sizes, make_priors


def _images(config, count=2, seed=0):
    return tf.random.stateless_normal((count, config.size, config.size, 3), (seed, 1))


def test_outputs_have_one_row_per_prior(tiny):
    model = build_yolact("tiny", num_classes=5)
    outputs = model(_images(tiny))
    priors = len(model.priors)
    assert priors == 3 * sum(side**2 for side in feature_sizes(tiny))
    assert {name: tuple(output.shape) for name, output in outputs.items()} == {
        "loc": (2, priors, 4),
        "conf": (2, priors, 5),
        "mask": (2, priors, 4),
        "proto": (2, 16, 16, 4),
    }
    assert np.all(np.abs(outputs["mask"]) <= 1)
    assert np.all(outputs["proto"] >= 0)


def test_training_adds_the_semantic_output_and_changes_no_other(tiny):
    model = build_yolact(tiny, num_classes=5)
    model.freeze()
    plain, training = model(_images(tiny)), model(_images(tiny), training=True)
    assert training.pop("segm").shape == (2, 8, 8, 4)
    for name in plain:
        np.testing.assert_allclose(plain[name], training[name], atol=1e-6)


def test_bfloat16_gives_float32_near_those_of_float32(tiny):
    exact = build_yolact(tiny, num_classes=3)
    fast = build_yolact(tiny, num_classes=3, precision="bfloat16")
    fast.set_weights(exact.get_weights())
    assert all(weight.dtype == tf.float32 for weight in fast.weights)
    for name, output in fast(_images(tiny)).items():
        assert output.dtype == tf.float32
        wanted = exact(_images(tiny))[name]
        assert 0 < np.abs(output - wanted).max() < 0.05 * np.abs(wanted).max() + 0.01
    assert tf.keras.mixed_precision.global_policy().name == "float32"


def test_frozen_layers_and_batch_norms_stay_what_they_are(tiny):
    model = build_yolact(tiny, num_classes=3)
    model.freeze("stage1")
    trained = {weight.name for weight in model.trainable_weights}
    assert not any(".bn" in name for name in trained)
    assert not any(
        name.startswith(("backbone.layers.0.", "backbone.layers.1.")) for name in trained
    )
    assert any("backbone.layers.2.conv" in name for name in trained)
    with pytest.raises(YolactError, match="tiny has no layer 'stage9'"):
        model.freeze("stage9")


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("yolact_vgg", {}, "No configuration is called 'yolact_vgg'; there are: yolact_resnet50"),
        ("tiny", {"num_classes": 1}, "num_classes is 1"),
        ("tiny", {"precision": "int4"}, "No precision is called 'int4'"),
    ],
)
def test_what_cannot_be_built_is_said(tiny, name, options, message):
    with pytest.raises(YolactError, match=message):
        build_yolact(name, **options)


def test_an_unknown_backbone_is_said(tiny):
    with pytest.raises(YolactError, match="No backbone is called 'vgg'"):
        build_yolact(dataclasses.replace(tiny, backbone="vgg"))


def test_priors_of_uneven_anchors_keep_their_area(tiny):
    priors = make_priors(tiny)
    scales = np.repeat(tiny.scales, [3 * side**2 for side in feature_sizes(tiny)])
    np.testing.assert_allclose(priors[:, 2] * priors[:, 3], (scales / tiny.size) ** 2, rtol=1e-5)
    np.testing.assert_allclose(priors[:3, 2] / priors[:3, 3], tiny.aspect_ratios, rtol=1e-5)


def test_weights_go_there_and_back_by_their_official_names(tiny):
    model, other = (build_yolact(tiny, num_classes=3) for _ in "12")
    arrays = torch_state_dict(model)
    assert {key: value.shape for key, value in arrays.items()} == expected(model)
    assert arrays["proto_net.0.weight"].shape == (8, 16, 3, 3)
    surplus = {
        "backbone.bn1.num_batches_tracked": np.zeros(()),
        "fpn.downsample_layers.2.weight": np.zeros((1,)),
        "backbone.layer1.0.conv1.weight": np.zeros((1,)),
    }
    load_torch_state_dict(other, arrays | surplus)
    for name, output in other(_images(tiny)).items():
        np.testing.assert_array_equal(output, model(_images(tiny))[name])


def test_weights_that_do_not_fit_are_named_and_nothing_is_loaded(tiny):
    model = build_yolact(tiny, num_classes=3)
    before = model.get_weights()
    arrays = {key: value + 1 for key, value in torch_state_dict(model).items()}
    del arrays["proto_net.0.bias"]
    arrays["proto_net.2.bias"] = np.zeros(9, np.float32)
    arrays["maskiou_net.0.weight"] = np.zeros(1, np.float32)
    with pytest.raises(YolactError) as error:
        load_torch_state_dict(model, arrays)
    for part in (
        "tiny with 3 classes",
        "proto_net.0.bias is missing",
        "maskiou_net.0.weight is unknown",
        "proto_net.2.bias has shape [9], expected [8]",
    ):
        assert part in str(error.value)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_inception_lies_on_the_grid_and_takes_the_public_weights(tmp_path):
    config = dataclasses.replace(
        CONFIGS["yolact_person_384"], size=320, fpn_channels=8, proto_channels=8
    )
    model = build_yolact(config, num_classes=2)
    assert [output.shape[1] for output in model.backbone.outputs] == [40, 20, 10]
    published = tf.keras.applications.InceptionV3(
        include_top=False, weights=None, input_shape=(None, None, 3)
    )
    path = str(tmp_path / "public.npz")
    np.savez(path, **{f"{i:03}": array for i, array in enumerate(published.get_weights())})

    from yolact_tf.checkpoints.backbone_weights import load_backbone_weights

    load_backbone_weights(model, path)
    first = published.layers[1].get_weights()[0]
    np.testing.assert_array_equal(model.backbone.layers[1].get_weights()[0], first)
    constant = tf.fill((1, 320, 320, 3), 0.5)
    theirs = tf.keras.Model(published.input, published.get_layer("mixed2").output)(constant)
    ours = tf.keras.Model(model.backbone.input, model.backbone.outputs[0])(constant)
    np.testing.assert_allclose(ours[0, 20, 20], theirs[0, 18, 18], atol=1e-4)

    np.savez(path, **{"000": np.zeros(3)})
    with pytest.raises(YolactError, match="1 arrays that are not"):
        load_backbone_weights(model, path)


@pytest.mark.skipif(not os.path.isdir("../shared"), reason="needs ../shared")
@pytest.mark.parametrize("backbone", ["resnet50", "darknet53"])
def test_keys_are_the_official_ones(backbone):
    with open(f"../shared/yolact_reference/keys_{backbone}.json") as file:
        keys = json.load(file)
    assert expected(build_yolact(f"yolact_{backbone}_550")) == {
        key: tuple(shape) for key, shape in keys.items() if "num_batches" not in key
    }
