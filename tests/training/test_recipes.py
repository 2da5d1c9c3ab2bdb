"""Published trainings as rows: their numbers, and what is built from them."""

import dataclasses

import keras
import numpy as np
import pytest

from keras_vit.training import AdamW, learning_rate_scales, list_recipes, recipe
from tests.helpers import array, randomize, to_numpy
from tests.models.small import small_swin, small_vit
from tests.training.pretrained import (
    autoencoder,
    images,
    simmim_swin,
    simmim_vit,
    swin,
    vit,
)

# Read from the papers and their code anew: epochs or steps, warm-up in epochs or steps.
# fmt: off
NUMBERS = {
    # base batch, peak, scales; length, warm-up, first, last; decay, clip, size
    "vit_jft_b": (4096, 8e-4, False, 7, 10_000, None, None, 0.1, 0, 224),
    "vit_jft_l32": (4096, 6e-4, False, 7, 10_000, None, None, 0.1, 0, 224),
    "vit_jft_l16_7ep": (4096, 4e-4, False, 7, 10_000, None, None, 0.1, 0, 224),
    "vit_jft_l16_14ep": (4096, 4e-4, False, 14, 10_000, None, None, 0.1, 0, 224),
    "vit_jft_h14": (4096, 3e-4, False, 14, 10_000, None, None, 0.1, 0, 224),
    "vit_i21k_b": (4096, 1e-3, False, 90, 10_000, None, None, 0.03, 0, 224),
    "vit_i21k_l_30ep": (4096, 1e-3, False, 30, 10_000, None, None, 0.03, 0, 224),
    "vit_i21k_l_90ep": (4096, 1e-3, False, 90, 10_000, None, None, 0.03, 0, 224),
    "vit_i1k": (4096, 3e-3, False, 300, 10_000, None, None, 0.3, 1, 224),
    "vit_finetune_imagenet": (512, None, False, 20_000, 500, None, None, 0, 1, 384),
    "vit_finetune_cifar10": (512, None, False, 10_000, 500, None, None, 0, 1, 384),
    "vit_finetune_cifar100": (512, None, False, 10_000, 500, None, None, 0, 1, 384),
    "vit_finetune_pets": (512, None, False, 500, 100, None, None, 0, 1, 384),
    "vit_finetune_flowers": (512, None, False, 500, 100, None, None, 0, 1, 384),
    "vit_finetune_vtab": (512, 0.01, False, 2_500, None, None, None, 0, 1, 384),
    "augreg_none": (4096, 1e-3, False, 300, 10_000, None, None, 0.1, 1, 224),
    "augreg_light1": (4096, 1e-3, False, 300, 10_000, None, None, 0.1, 1, 224),
    "augreg_light2": (4096, 1e-3, False, 300, 10_000, None, None, 0.1, 1, 224),
    "augreg_medium1": (4096, 1e-3, False, 300, 10_000, None, None, 0.1, 1, 224),
    "augreg_medium2": (4096, 1e-3, False, 300, 10_000, None, None, 0.1, 1, 224),
    "augreg_strong1": (4096, 1e-3, False, 300, 10_000, None, None, 0.1, 1, 224),
    "augreg_strong2": (4096, 1e-3, False, 300, 10_000, None, None, 0.1, 1, 224),
    "augreg_s16_90ep": (1024, 1e-3, False, 90, 10_000, None, None, 0.1, 1, 224),
    "deit": (512, 5e-4, True, 300, 5, 1e-6, 1e-5, 0.05, 0, 224),
    "deit_384": (512, 5e-6, True, 30, 5, 1e-6, 5e-6, 1e-8, 0, 384),
    "deit_3": (2048, 3e-3, False, 800, 5, 1e-6, 1e-5, 0.05, 0, None),
    "swin_1k": (512, 5e-4, True, 300, 20, 5e-7, 5e-6, 0.05, 5, 224),
    "swin_22k": (512, 1.25e-4, True, 90, 5, 1.25e-7, 1.25e-6, 0.05, 5, 224),
    "swin_22k_to_1k": (512, 2e-5, True, 30, 5, 2e-8, 2e-7, 1e-8, 5, 224),
    "swin_22k_to_1k_384": (512, 2e-5, True, 30, 5, 2e-8, 2e-7, 1e-8, 5, 384),
    "swin_1k_to_384": (512, 2e-5, True, 30, 5, 2e-8, 2e-7, 1e-8, 5, 384),
    "mae_pretrain_800ep": (256, 1.5e-4, True, 800, 40, None, 0, 0.05, 0, 224),
    "mae_pretrain_1600ep": (256, 1.5e-4, True, 1600, 40, None, 0, 0.05, 0, 224),
    "mae_finetune_b": (256, 5e-4, True, 100, 5, None, 1e-6, 0.05, 0, 224),
    "mae_finetune_l": (256, 1e-3, True, 50, 5, None, 1e-6, 0.05, 0, 224),
    "mae_finetune_h": (256, 1e-3, True, 50, 5, None, 1e-6, 0.05, 0, 224),
    "simmim_pretrain_swin_b": (512, 2e-4, True, 100, 10, 1e-6, 1e-5, 0.05, 5, 192),
    "simmim_finetune_swin_b": (512, 1.25e-3, True, 100, 20, 2.5e-7, 2.5e-7, 0.05, 5,
                               224),
    "simmim_pretrain_vit_b": (512, 1e-4, True, 800, 10, 5e-7, None, 0.05, 5, 224),
    "simmim_finetune_vit_b": (512, 1.25e-3, True, 100, 20, 2.5e-7, 2.5e-7, 0.05, 5,
                              224),
}
AUGMENTATIONS = {  # RandAugment, MixUp, CutMix, erasing; none of the others say any
    "augreg_none": (None, 0, None, None),
    "augreg_light1": ((2, 0), 0, None, None),
    "augreg_light2": ((2, 10), 0.2, None, None),
    "augreg_medium1": ((2, 15), 0.2, None, None),
    "augreg_medium2": ((2, 15), 0.5, None, None),
    "augreg_strong1": ((2, 20), 0.5, None, None),
    "augreg_strong2": ((2, 20), 0.8, None, None),
    "augreg_s16_90ep": ((2, 10), 0.2, None, None),
    "deit_3": (None, 0.8, 1, 0),
    # timm's rand-m9-mstd0.5-inc1, mixup .8, cutmix 1, reprob .25
    **dict.fromkeys(
        ("deit", "deit_384", "swin_1k", "swin_22k", "swin_22k_to_1k",
         "swin_22k_to_1k_384", "swin_1k_to_384", "mae_finetune_b", "mae_finetune_l",
         "mae_finetune_h", "simmim_finetune_swin_b", "simmim_finetune_vit_b"),
        ((2, 9, 0.5), 0.8, 1, 0.25)),
}
DROP_PATH = {
    "deit": 0.1, "deit_384": 0.1,
    "deit_3": {"ViTS16": 0.05, "ViTB16": 0.2, "ViTL16": 0.45, "ViTH14": 0.6},
    "swin_1k": {"SwinT": 0.2, "SwinS": 0.3, "SwinB": 0.5},
    "swin_22k": {"SwinT": 0.1, "SwinS": 0.2, "SwinB": 0.2, "SwinL": 0.2},
    "swin_22k_to_1k": {"SwinT": 0.1, "SwinS": 0.2, "SwinB": 0.2, "SwinL": 0.2},
    "swin_22k_to_1k_384": {"SwinB": 0.2, "SwinL": 0.2},
    "swin_1k_to_384": {"SwinB": 0.5},
    "mae_pretrain_800ep": 0, "mae_pretrain_1600ep": 0,
    "mae_finetune_b": 0.1, "mae_finetune_l": 0.2, "mae_finetune_h": 0.3,
    "simmim_pretrain_swin_b": 0, "simmim_finetune_swin_b": 0.1,
    "simmim_pretrain_vit_b": 0.1, "simmim_finetune_vit_b": 0.1,
}
LAYER_DECAY = {"mae_finetune_b": 0.65, "mae_finetune_l": 0.75, "mae_finetune_h": 0.75,
               "simmim_finetune_swin_b": 0.9, "simmim_finetune_vit_b": 0.65}
SMOOTHING = {"deit_3": 0, **dict.fromkeys(set(LAYER_DECAY) | {
    "deit", "deit_384", "swin_1k", "swin_22k", "swin_22k_to_1k", "swin_22k_to_1k_384",
    "swin_1k_to_384"}, 0.1)}
WINDOWS = {"swin_22k_to_1k_384": 12, "swin_1k_to_384": 12, "simmim_pretrain_swin_b": 6,
           "simmim_finetune_swin_b": 7}
DROPOUT = {"vit_jft_b": 0, "vit_jft_l32": 0, "vit_jft_l16_7ep": 0,
           "vit_jft_l16_14ep": 0, "vit_jft_h14": 0, "vit_i21k_b": 0.1,
           "vit_i21k_l_30ep": 0.1, "vit_i21k_l_90ep": 0.1, "vit_i1k": 0.1}
CROPS = {"mae_pretrain_800ep": (0.2, 1), "mae_pretrain_1600ep": (0.2, 1),
         "simmim_pretrain_swin_b": (0.67, 1), "simmim_pretrain_vit_b": (0.67, 1)}
GRIDS = {"vit_finetune_imagenet": (0.003, 0.01, 0.03, 0.06),
         "vit_finetune_vtab": (0.01,), "deit_3": (3e-3, 4e-3),
         **dict.fromkeys(("vit_finetune_cifar10", "vit_finetune_cifar100",
                          "vit_finetune_pets", "vit_finetune_flowers"),
                         (0.001, 0.003, 0.01, 0.03))}
CURVES = {  # by hand: batch size, steps an epoch, {step: rate}
    # 300 x 313 = 93,900 steps, 10,000 of them rising; the middle of the rest 51,950
    "vit_i1k": (4096, 313, {0: 0, 5_000: 1.5e-3, 10_000: 3e-3, 51_950: 1.5e-3,
                            93_900: 0}),
    "vit_jft_b": (64, 10_000, {5_000: 4e-4, 10_000: 8e-4, 40_000: 4e-4, 55_000: 2e-4,
                               70_000: 0}),
    "vit_finetune_vtab": (512, 1, {0: 0.01, 1_250: 0.005, 2_500: 0}),
    # twice the base batch: 1e-3, while first and last stay; cos(pi / 60) = .99862953
    "deit": (1024, 100, {0: 1e-6, 250: 5.005e-4, 500: 9.9932162e-4, 15_000: 5.05e-4,
                         30_000: 1e-5}),
    # an eighth of the base batch: the last rate would be above the peak
    "deit_384": (64, 10, {0: 6.25e-7, 150: 6.25e-7, 300: 6.25e-7}),
    "swin_1k": (1024, 100, {0: 1e-6, 1_000: 5.005e-4, 2_000: 1e-3, 16_000: 5.05e-4,
                            30_000: 1e-5}),
    "swin_22k": (4096, 10, {50: 1e-3, 475: 5.05e-4, 900: 1e-5}),
    "mae_pretrain_800ep": (4096, 10, {0: 0, 200: 1.2e-3, 400: 2.4e-3, 4_200: 1.2e-3,
                                      8_000: 0}),
    "mae_finetune_b": (1024, 10, {25: 1e-3, 50: 2e-3, 525: 1.0005e-3, 1_000: 1e-6}),
    "deit_3": (2048, 10, {0: 1e-6, 25: 1.5005e-3, 4_000: 1.505e-3, 8_000: 1e-5}),
    # a tenth from epoch 700 on
    "simmim_pretrain_vit_b": (2048, 10, {0: 2e-6, 50: 2.01e-4, 100: 4e-4, 6_999: 4e-4,
                                         7_000: 4e-5, 8_000: 4e-5}),
    # the cosine counts the warm-up: halfway at the middle of all
    "simmim_pretrain_swin_b": (2048, 10, {0: 4e-6, 50: 4.02e-4, 500: 4.2e-4,
                                          1_000: 4e-5}),
}
# fmt: on


def filled(name):
    """A row, and what it leaves to the user."""
    row = recipe(name)
    if row.learning_rate is None:
        row = dataclasses.replace(row, learning_rate=row.learning_rate_grid[0])
    if row.epochs is None and row.steps is None:
        row = dataclasses.replace(row, epochs=100)
    return row


def arguments_of(row):
    """The arguments of its first variant."""
    by_variant = isinstance(row.drop_path, dict)
    return row.model_arguments(next(iter(row.drop_path)) if by_variant else None)


def model_of(row, **others):
    arguments = {**arguments_of(row), **others}
    is_swin = "swin" in row.name
    if row.loss == "masked" and "simmim" in row.name:
        return (
            simmim_swin(swin(**arguments)) if is_swin else simmim_vit(vit(**arguments))
        )
    if row.loss == "masked":
        return autoencoder(vit(**arguments))
    return (small_swin if is_swin else small_vit)(**arguments)


def data_of(model, count=4):
    if hasattr(model, "parts"):
        return (images(model, count),)
    labels = np.eye(model.output_shape[-1], dtype="float32")[np.arange(count)]
    return array(count, *model.input_shape[1:]), labels


def test_the_tables_here_are_of_all_recipes():
    assert list(NUMBERS) == list_recipes()


@pytest.mark.parametrize("name", NUMBERS)
def test_the_row_has_the_published_numbers(name):
    row = recipe(name)
    assert row.name == name
    assert row.paper.startswith("https://arxiv.org/abs/")
    assert row.source
    assert NUMBERS[name] == (
        row.base_batch,
        row.learning_rate,
        row.scales,
        row.epochs if row.steps is None else row.steps,
        row.warmup_epochs if row.warmup_steps is None else row.warmup_steps,
        row.warmup_start,
        row.floor,
        row.weight_decay,
        row.global_clipnorm,
        row.image_size,
    )
    augmentation = (row.rand_augment, row.mixup, row.cutmix, row.erasing)
    assert augmentation == AUGMENTATIONS.get(name, (None,) * 4)
    assert row.drop_path == DROP_PATH.get(name)
    assert row.layer_decay == LAYER_DECAY.get(name)
    assert row.label_smoothing == SMOOTHING.get(name)
    assert row.dropout == DROPOUT.get(name)
    assert row.crop_area == CROPS.get(name)
    assert row.learning_rate_grid == GRIDS.get(name, ())
    assert row.arguments.get("window_size") == WINDOWS.get(name)


@pytest.mark.parametrize("name", CURVES)
def test_the_learning_rate_at_points_worked_by_hand(name):
    batch_size, steps_per_epoch, points = CURVES[name]
    rate = recipe(name).schedule(batch_size, steps_per_epoch)
    got = [float(rate(step)) for step in points]
    np.testing.assert_allclose(got, list(points.values()), rtol=1e-5, atol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("name", NUMBERS)
def test_it_compiles_and_trains(name):
    row = filled(name)
    model = model_of(row)
    before = [to_numpy(v) for v in model.trainable_variables]
    row.compile(model, batch_size=2, steps_per_epoch=2000, run_eagerly=True)
    history = model.fit(*data_of(model), batch_size=2, verbose=0).history
    after = [to_numpy(v) for v in model.trainable_variables]
    assert int(model.optimizer.iterations) == 2
    assert np.isfinite(history["loss"]).all()
    assert all(np.isfinite(v).all() for v in after)
    assert any((a != b).any() for a, b in zip(after, before, strict=True))
    assert ("accuracy" in history) == (row.loss != "masked")
    rate = row.schedule(2, 2000)(2)
    np.testing.assert_allclose(
        float(model.optimizer.learning_rate), float(rate), rtol=1e-5
    )


@pytest.mark.parametrize("name", ["deit", "deit_3", "mae_pretrain_800ep"])
def test_it_trains_as_a_graph(name):
    row = filled(name)
    model = model_of(row)
    row.compile(model, batch_size=2, steps_per_epoch=100)
    history = model.fit(*data_of(model), batch_size=2, verbose=0).history
    assert np.isfinite(history["loss"]).all()


def test_the_optimizers_settings():
    model = small_vit(num_layers=1)
    mae = recipe("mae_finetune_b").optimizer(model, 256, 10)
    assert isinstance(mae, AdamW)
    assert mae.learning_rate_scales == learning_rate_scales(model, 0.65, "beit")
    assert mae.weight_decay == pytest.approx(0.05)
    pretrain = recipe("mae_pretrain_800ep").optimizer(model, 256, 10)
    assert (pretrain.beta_1, pretrain.beta_2) == (0.9, 0.95)
    sgd = filled("vit_finetune_pets").optimizer(model, 512, 1)
    assert isinstance(sgd, keras.optimizers.SGD)
    assert (sgd.momentum, sgd.global_clipnorm) == (0.9, 1)
    assert recipe("deit").optimizer(model, 512, 10).global_clipnorm is None


def test_lamb_decays_kernels_alone():
    model = small_vit(num_layers=1)
    randomize(model)
    optimizer = filled("deit_3").optimizer(model, 2048, 10)
    assert isinstance(optimizer, keras.optimizers.Lamb)
    before = [to_numpy(v) for v in model.trainable_variables]
    for _ in range(2):  # of five epochs of warm-up
        nothing = [keras.ops.zeros(v.shape) for v in model.trainable_variables]
        optimizer.apply(nothing, model.trainable_variables)
    second = 1e-6 + (3e-3 - 1e-6) / 50
    for variable, was in zip(model.trainable_variables, before, strict=True):
        decays = variable.path.endswith("kernel")
        kept = (1 - 0.05 * 1e-6) * (1 - 0.05 * second) if decays else 1
        np.testing.assert_allclose(to_numpy(variable), was * kept, rtol=1e-6)


def test_the_sigmoid_loss_is_summed_over_classes():
    row, labels = recipe("augreg_none"), np.eye(7, dtype="float32")[[3, 5]]
    model = small_vit(num_layers=1, classifier_activation="sigmoid")
    randomize(model)
    row.compile(model, batch_size=2, steps_per_epoch=100)
    x = array(2, 9, 10, 5)
    p = to_numpy(model(x))
    expected = -(labels * np.log(p) + (1 - labels) * np.log(1 - p)).sum(1).mean()
    loss = model.evaluate(x, labels, verbose=0, return_dict=True)["loss"]
    assert loss == pytest.approx(expected, rel=1e-4)


def test_smoothing_and_logits():
    row, labels = recipe("deit"), np.eye(7, dtype="float32")[[3, 5]]
    model = small_vit(num_layers=1, classifier_activation=None)
    randomize(model)
    row.compile(model, batch_size=2, steps_per_epoch=100)
    x = array(2, 9, 10, 5)
    logits = to_numpy(model(x))
    logs = logits - np.log(np.exp(logits).sum(1, keepdims=True))
    expected = -((0.9 * labels + 0.1 / 7) * logs).sum(1).mean()
    loss = model.evaluate(x, labels, verbose=0, return_dict=True)["loss"]
    assert loss == pytest.approx(expected, rel=1e-4)


def test_digits_through_a_recipe():
    train = recipe("deit").dataset("digits", image_size=8, batch_size=16, seed=0)
    x, labels = next(iter(train))
    assert x.shape == (16, 8, 8, 3)
    labels = to_numpy(labels)
    assert labels.shape == (16, 10)
    np.testing.assert_allclose(labels.sum(1), 1, atol=1e-5)
    assert (labels.max(1) < 1).any()  # MixUp or CutMix
    test = recipe("deit").dataset(
        "digits", image_size=8, batch_size=16, training=False, split="test"
    )
    _, labels = next(iter(test))
    assert set(np.unique(to_numpy(labels))) == {0, 1}


def test_a_pretraining_crops_at_random_and_has_no_labels_of_its_own():
    row, pixels = recipe("mae_pretrain_800ep"), np.zeros((5, 12, 12, 3), "uint8")
    pixels[:, :6] = 255
    given = {"image_size": 12, "batch_size": 5, "seed": 1}
    x = to_numpy(next(iter(row.dataset(pixels, **given))))
    assert x.shape == (5, 12, 12, 3)
    assert len({image.tobytes() for image in x}) > 1
    whole = to_numpy(next(iter(row.dataset(pixels, resize="squash", **given))))
    assert len({image.tobytes() for image in whole}) == 1


def test_a_magnitude_beyond_the_scale_is_told():
    row = recipe("augreg_medium2")
    assert any("15" in words for words in row.not_here)
    with pytest.warns(UserWarning, match="magnitude 15"):
        augmentation = row.augmentation()
    assert augmentation.rand_augment == (2, 10)
    assert augmentation.mixup_alpha == 0.5


def test_what_is_not_done_here_is_said():
    assert any("Repeated" in words for words in recipe("deit").not_here)
    assert any("ThreeAugment" in words for words in recipe("deit_3").not_here)


@pytest.mark.parametrize(
    ("name", "near"),
    [("swin1k", "swin_1k"), ("mae_finetune", "mae_finetune_b"), (3, "vit_i1k")],
)
def test_an_unknown_name_lists_near_ones(name, near):
    with pytest.raises(ValueError, match=f"Near: .*{near}"):
        recipe(name)


def test_what_the_user_has_to_choose_is_asked_for():
    with pytest.raises(ValueError, match=r"replace\(recipe.*learning_rate=0.001"):
        recipe("vit_finetune_pets").schedule(512, 10)
    with pytest.raises(ValueError, match="epochs=..."):
        dataclasses.replace(recipe("deit_3"), epochs=None).schedule(512, 10)
    with pytest.raises(ValueError, match="10000 steps.* has 3000.*warmup_steps=300"):
        recipe("vit_i1k").schedule(512, 10)
    with pytest.raises(ValueError, match="size of its images"):
        recipe("deit_3").dataset("digits", batch_size=16)
    with pytest.raises(ValueError, match="`variant` should be one of.*SwinS.*None"):
        recipe("swin_1k").model_arguments()
    with pytest.raises(ValueError, match="batch_size"):
        recipe("deit").schedule(0, 10)
    model = small_vit(num_layers=1)
    with pytest.raises(ValueError, match="classifier_activation='sigmoid'"):
        recipe("augreg_none").compile(model, batch_size=2, steps_per_epoch=100)
