"""Models that learn from images without labels: masks, losses, fit, saving."""

import warnings

import keras
import numpy as np
import pytest
from keras import ops

import keras_vit
from keras_vit.training import AdamW, MaskedAutoencoder, SimMIM
from tests.helpers import array, randomize, relative_difference, to_numpy
from tests.models.small import small_swin, small_vit
from tests.training.pretrained import (
    KINDS,
    autoencoder,
    images,
    patches,
    simmim_swin,
    simmim_vit,
    swin,
    vit,
)
from tests.training.test_masks_and_targets import cut

HIDDEN = {  # of each image, worked out by hand
    "patches": 7,  # half of 15, down
    "autoencoder": 12,  # three quarters of 15 are 11.25, and 3 stay
    "simmim_vit": 9,  # 60 % of 15 blocks of one patch
    "simmim_swin": 8 * 8,  # 60 % of 4 x 3 blocks are 7.2, so 8 of 2 x 4 patches
}


def outputs_of(model, count=4):
    x = images(model, count)
    return x, {name: to_numpy(value) for name, value in model(x).items()}


@pytest.mark.parametrize("kind", KINDS)
def test_as_many_patches_of_each_image_are_hidden_and_others_each_time(kind):
    model = KINDS[kind]()
    randomize(model)
    _, first = outputs_of(model)
    _, second = outputs_of(model)
    both = np.concatenate([first["mask"], second["mask"]])
    assert (both.reshape(len(both), -1).sum(axis=1) == HIDDEN[kind]).all()
    assert len({row.tobytes() for row in both}) > 4


def test_blocks_are_hidden_whole():
    _, outputs = outputs_of(simmim_swin(), 9)
    blocks = outputs["mask"].reshape(9, 4, 2, 3, 4)
    assert set(np.unique(blocks.mean(axis=(2, 4)))) == {0, 1}


@pytest.mark.parametrize("kind", KINDS)
def test_the_loss_beside_numpy(kind):
    model = KINDS[kind]()
    randomize(model)
    x, outputs = outputs_of(model)
    got = model.compute_loss(x, None, outputs)
    mask = outputs["mask"].reshape(4, -1) > 0
    guess, size = outputs["prediction"], model.parts.patch_size
    target = cut(x, *size)
    if kind == "patches":
        colors = (cut(x, *size).reshape(4, 15, -1, 3).mean(2) / 2 + 0.5) * 255
        classes = (np.digitize(colors, np.arange(32, 256, 32)) @ [1, 8, 64])[mask]
        right = np.take_along_axis(guess[mask], classes[:, None], axis=1)[:, 0]
        expected = (np.log(np.exp(guess[mask]).sum(-1)) - right).mean()
    elif kind == "autoencoder":
        mean, var = target.mean(-1), target.var(-1, ddof=1)
        target = (target - mean[..., None]) / np.sqrt(var + 1e-6)[..., None]
        expected = ((guess - target) ** 2)[mask].mean()
    else:
        expected = np.abs(cut(guess, *size) - target)[mask].mean()
    np.testing.assert_allclose(float(got), expected, rtol=2e-5)


def test_the_other_target_of_an_autoencoder_is_the_pixels():
    model = autoencoder(target="pixels")
    randomize(model)
    x, outputs = outputs_of(model)
    off = (outputs["prediction"] - cut(x, 3, 2)) ** 2
    expected = off[outputs["mask"].reshape(4, -1) > 0].mean()
    loss = model.compute_loss(x, None, outputs)
    np.testing.assert_allclose(float(loss), expected, rtol=1e-5)


def test_sample_weights_weigh_images():
    model = simmim_vit()
    x, outputs = outputs_of(model)
    losses = to_numpy(model.image_losses(model.seen(x), outputs))
    weights = np.array([0.0, 1.0, 2.0, 0.5], "float32")
    loss = model.compute_loss(x, None, outputs, weights)
    np.testing.assert_allclose(float(loss), (losses * weights).mean(), rtol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_hidden_does_not_reach_the_encoder(kind):
    model = KINDS[kind]()
    randomize(model)
    x = images(model)
    if kind == "patches":  # a tenth of the chosen stay as they are
        model.num_masked, model.num_replaced = model.num_chosen, 0
    state = ops.convert_to_numpy(model.seed_generator.state.value)
    outputs = model(x)
    mask, guess = (to_numpy(outputs[name]) for name in ("mask", "prediction"))
    height, width = x.shape[1] // mask.shape[1], x.shape[2] // mask.shape[2]
    hidden = np.kron(mask, np.ones((1, height, width)))[..., None] > 0
    changed = np.where(hidden, array(*x.shape), x)
    model.seed_generator.state.assign(state)
    again = model(changed)
    np.testing.assert_array_equal(to_numpy(again["mask"]), mask)
    assert relative_difference(to_numpy(again["prediction"]), guess) < 1e-6
    model.seed_generator.state.assign(state)
    other = model(np.where(hidden, x, array(*x.shape)))
    assert relative_difference(to_numpy(other["prediction"]), guess) > 1e-3


def test_an_autoencoder_encodes_a_quarter_of_the_patches():
    encoder = keras_vit.VisionTransformer(
        hidden_dim=8,
        num_layers=3,
        num_heads=2,
        mlp_dim=16,
        patch_size=4,
        input_shape=(64, 64, 3),
        position_embedding="sincos_2d",
        include_top=False,
    )
    model, seen = autoencoder(encoder), []
    for block in model.parts.blocks:

        def watched(x, *args, call=block.call, **kwargs):
            seen.append(x.shape[1])
            return call(x, *args, **kwargs)

        block.call = watched
    model(images(model, 2))
    assert set(seen) == {1 + 256 // 4}


def test_an_autoencoder_that_hides_nothing_encodes_what_the_encoder_does():
    encoder = vit(
        include_top=False, position_embedding="learned", num_register_tokens=2
    )
    model = autoencoder(encoder, mask_ratio=0)
    randomize(model)
    given = []
    call = model.decoder.call

    def watched(inputs, **kwargs):
        given.extend(to_numpy(x) for x in inputs)
        return call(inputs, **kwargs)

    model.decoder.call = watched
    x = images(model)
    model(x)
    tokens, ranks = given
    in_order = np.take_along_axis(tokens[:, 3:], ranks.astype(int)[..., None], axis=1)
    expected = to_numpy(encoder(x))
    assert relative_difference(tokens[:, :3], expected[:, :3]) < 1e-5
    assert relative_difference(in_order, expected[:, 3:]) < 1e-5


def test_an_autoencoders_decoder_gets_each_patch_at_its_place():
    layer = autoencoder().decoder.get_layer("mask_tokens")
    randomize(layer)
    tokens, ranks = array(2, 1 + 3, 8), np.stack([np.arange(15), np.arange(15)[::-1]])
    got = to_numpy(layer([ops.convert_to_tensor(tokens), ops.convert_to_tensor(ranks)]))
    token = to_numpy(layer.token)
    for i in range(2):
        np.testing.assert_array_equal(got[i, 0], tokens[i, 0])
        for place, rank in enumerate(ranks[i]):
            expected = tokens[i, 1 + rank] if rank < 3 else token
            np.testing.assert_array_equal(got[i, 1 + place], expected)


def test_of_chosen_patches_most_are_masked_some_replaced_and_some_kept():
    encoder = keras_vit.VisionTransformer(
        hidden_dim=6,
        num_layers=1,
        num_heads=2,
        mlp_dim=6,
        patch_size=2,
        input_shape=(20, 20, 3),
    )
    model = patches(encoder)  # 100 patches, 50 chosen
    randomize(model)
    x, ranks = array(3, 100, 6), np.stack([np.random.permutation(100)] * 3)
    got = to_numpy(model.corrupted(ops.convert_to_tensor(x), ranks.astype("int32")))
    token = to_numpy(model.mask_token)
    masked = (got == token).all(-1)
    kept = (got == x).all(-1)
    np.testing.assert_array_equal(masked, ranks < 40)
    np.testing.assert_array_equal(kept, ranks >= 45)
    replaced = ~masked & ~kept
    for i, place in np.argwhere(replaced):
        others = (got[i, place] == x[i]).all(-1)
        assert others.sum() == 1 and not others[place]  # of the same image, not itself


@pytest.mark.parametrize("kind", KINDS)
def test_fit_lowers_the_loss_and_trains_the_encoder_itself(kind):
    keras.utils.set_random_seed(3)
    model = KINDS[kind]()
    encoder = model.encoder
    x = images(model, 32)
    model.compile(AdamW(1e-2))
    before = [to_numpy(v) for v in encoder.trainable_variables]
    head = to_numpy(encoder.get_layer("head").kernel)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # such as one of variables without gradient
        history = model.fit(x, np.zeros(32), batch_size=8, epochs=6, verbose=0).history
    assert np.mean(history["loss"][-2:]) < 0.9 * history["loss"][0]
    moved = {
        v.path.split("/")[0]
        for v, value in zip(encoder.trainable_variables, before, strict=True)
        if np.abs(to_numpy(v) - value).max() > 0
    }
    everything = {v.path.split("/")[0] for v in encoder.trainable_variables}
    assert moved == everything - {"head"}
    np.testing.assert_array_equal(to_numpy(encoder.get_layer("head").kernel), head)
    assert type(encoder).__name__ == "VisionModel"
    assert encoder(x[:2]).shape == (2, 7)
    evaluated = model.evaluate(x, verbose=0)
    assert evaluated < history["loss"][0]


def test_fit_on_tf_data_of_images_alone():
    tf = pytest.importorskip("tensorflow")
    model = autoencoder()
    model.compile(AdamW(1e-3))
    dataset = tf.data.Dataset.from_tensor_slices(images(model, 8)).batch(3)
    history = model.fit(dataset, epochs=2, shuffle=False, verbose=0).history
    assert np.isfinite(history["loss"]).all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_brings_back_model_encoder_and_optimizer(kind, tmp_path):
    model = KINDS[kind]()
    randomize(model)
    x = images(model, 8)
    model.compile(AdamW(1e-3))
    model.fit(x, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", safe_mode=True)
    assert type(loaded) is type(model)
    config, other = model.get_config(), loaded.get_config()
    assert {k: v for k, v in config.items() if k != "encoder"} == {
        k: v for k, v in other.items() if k != "encoder"
    }
    for one in (model, loaded):
        one.seed_generator.state.assign([7, 0])
    np.testing.assert_array_equal(
        to_numpy(loaded(x)["prediction"]), to_numpy(model(x)["prediction"])
    )
    np.testing.assert_array_equal(
        to_numpy(loaded.encoder(x)), to_numpy(model.encoder(x))
    )
    assert int(loaded.optimizer.iterations) == 1
    pairs = zip(loaded.optimizer.variables, model.optimizer.variables, strict=True)
    for one, other in pairs:
        np.testing.assert_array_equal(to_numpy(one), to_numpy(other))


@pytest.mark.parametrize(
    ("kind", "policy"),
    [*((kind, "mixed_bfloat16") for kind in KINDS), ("autoencoder", "mixed_float16")],
)
def test_mixed_precision(kind, policy):
    build = swin if kind == "simmim_swin" else vit
    model = KINDS[kind](build(dtype=policy))
    assert model.dtype_policy.name == policy
    x = images(model, 8)
    model.compile(AdamW(1e-3))
    assert hasattr(model.optimizer, "inner_optimizer") == (policy == "mixed_float16")
    history = model.fit(x, verbose=0).history
    assert np.isfinite(history["loss"]).all()
    prediction = model(x)["prediction"]
    assert keras.backend.standardize_dtype(prediction.dtype) == "float32"


def test_preprocessing_within_the_encoder_is_looked_through():
    encoder = vit(include_preprocessing=True)
    model = patches(encoder)
    pixels = np.random.default_rng(0).integers(0, 256, (2, 9, 10, 3), dtype="uint8")
    means = cut(pixels, 3, 2).reshape(2, 15, -1, 3).astype("float64").mean(2)
    expected = np.digitize(means, np.arange(32, 256, 32)) @ [1, 8, 64]
    got = to_numpy(model.target_classes(model.seen(pixels)))
    assert (got == expected).mean() > 0.96  # a mean of 32.0 may fall to either side
    model.compile(AdamW(1e-3))
    assert np.isfinite(model.fit(pixels, verbose=0).history["loss"]).all()


def test_channels_first(monkeypatch):
    keras.config.set_image_data_format("channels_first")
    try:
        model = autoencoder(vit(input_shape=(3, 9, 10)))
        x = array(2, 3, 9, 10)
        assert model(x)["mask"].shape == (2, 3, 5)
        np.testing.assert_array_equal(to_numpy(model.seen(x)), x.transpose(0, 2, 3, 1))
    finally:
        keras.config.set_image_data_format("channels_last")


def test_a_frozen_block_stays():
    encoder = vit()
    encoder.get_layer("encoder_block_0").trainable = False
    model = simmim_vit(encoder)
    before = [to_numpy(v) for v in encoder.get_layer("encoder_block_0").weights]
    model.compile(AdamW(1e-2))
    model.fit(images(model, 8), verbose=0)
    after = [to_numpy(v) for v in encoder.get_layer("encoder_block_0").weights]
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: autoencoder(swin()), "a ViT of this package"),
        (lambda: patches(swin()), "a ViT of this package"),
        (lambda: SimMIM(keras.Sequential([keras.Input((4,))])), "a ViT or Swin"),
        (lambda: SimMIM(keras.Sequential([vit()])), "by itself"),
        (lambda: SimMIM("vit"), "'vit'"),
        (lambda: autoencoder(vit(position_embedding="relative")), "sincos_2d"),
        (lambda: autoencoder(mask_ratio=0.99), "one of 15 patches"),
        (lambda: autoencoder(mask_ratio=75), "mask_ratio"),
        (lambda: autoencoder(target="patches"), "target"),
        (lambda: SimMIM(small_vit()), "whole blocks"),
        (lambda: simmim_swin(block_size=3), "whole patches"),
        (lambda: patches(bits=6), "at most 5"),
        (lambda: MaskedAutoencoder(None), "Received: None"),
        (lambda: SimMIM(small_swin()), "whole blocks"),
    ],
)
def test_what_cannot_be_is_refused(build, message):
    with pytest.raises(ValueError, match=message):
        build()
