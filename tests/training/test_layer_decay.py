"""Layer-wise decay: which group a variable belongs to, and what its scale does."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_vit.training import AdamW, learning_rate_scales
from tests.helpers import array, randomize, to_numpy
from tests.models.small import SHAPES, small_swin, small_vit

D = 0.5
# Of a ViT of two blocks and a Swin of 2 + 2: the groups that timm 1.0 and BEiT print,
# counted from the head.
GROUPS = {
    "timm": {"stem": 3, "encoder_block_0": 2, "encoder_block_1": 1, "norm": 1},
    "beit": {"stem": 3, "encoder_block_0": 2, "encoder_block_1": 1, "norm": 0},
}
SWIN = {f"stage_{s}_block_{b}": 4 - 2 * s - b for s in (0, 1) for b in (0, 1)}
SWIN_GROUPS = {
    "timm": {**SWIN, "stem": 5, "norm": 1, "stage_1_patch_merging": 2},
    "beit": {**SWIN, "stem": 5, "norm": 0, "stage_1_patch_merging": 3},
}
STEM = ("patch", "class_token", "register_tokens", "position")


def expected(model, groups):
    scales = {}
    for variable in model.trainable_variables:
        first = variable.path.split("/")[0]
        first = "stem" if first.startswith(STEM) else first
        scales[variable.path] = D ** groups.get(first, 0)
    return scales


@pytest.mark.parametrize("convention", GROUPS)
def test_groups_of_a_vit(convention):
    for positions in ("learned", "relative"):
        model = small_vit(
            num_register_tokens=2, layer_scale_init=0.1, position_embedding=positions
        )
        got = learning_rate_scales(model, D, convention)
        assert got == expected(model, GROUPS[convention])
        assert got["head/kernel"] == 1


@pytest.mark.parametrize("convention", SWIN_GROUPS)
def test_groups_of_a_swin(convention):
    model = small_swin(absolute_position_embedding=True)
    got = learning_rate_scales(model, D, convention)
    assert got == expected(model, SWIN_GROUPS[convention])


def test_a_norm_after_pooling_goes_with_the_head():
    model = small_vit(pooling="avg", norm_after_pooling=True)
    assert learning_rate_scales(model, D)["norm/gamma"] == 1
    model = small_vit(pooling="avg")
    assert learning_rate_scales(model, D)["norm/gamma"] == D


def test_fourteen_groups_of_twelve_blocks():
    model = small_vit(num_layers=12)
    scales = set(learning_rate_scales(model, 0.75).values())
    np.testing.assert_allclose(sorted(scales), [0.75**n for n in range(13, -1, -1)])


def test_what_is_around_a_model_is_its_head():
    inner = small_vit(include_top=False, pooling="token")
    inputs = keras.Input(SHAPES["vit"])
    model = keras.Model(inputs, keras.layers.Dense(3, name="mine")(inner(inputs)))
    got = learning_rate_scales(model, D)
    assert got["mine/kernel"] == 1
    assert got["norm/gamma"] == D
    assert got["patch_embedding/projection/kernel"] == D**3


def test_frozen_blocks_count():
    model = small_vit()
    whole = learning_rate_scales(model, D)
    model.get_layer("encoder_block_0").trainable = False
    got = learning_rate_scales(model, D)
    assert got == {v.path: whole[v.path] for v in model.trainable_variables}


@pytest.mark.parametrize("value", [0, 1.5, -1, "0.75", None])
def test_wrong_decays(value):
    with pytest.raises(ValueError, match="`layer_decay` should be above 0"):
        learning_rate_scales(small_vit(), value)


def test_wrong_models_and_conventions():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    with pytest.raises(ValueError, match="a ViT or a Swin of this package"):
        learning_rate_scales(model)
    with pytest.raises(ValueError, match="`convention` should be one of 'timm', 'be"):
        learning_rate_scales(small_vit(), convention="mae")


VARIABLES = {"kernel": (5, 7), "other": (3, 7), "bias": (7,)}
SCALES = {"kernel": 0.25, "bias": 0.5}


def steps(scales, rate=0.01, dtype="float32", **options):
    """The variables after three steps."""
    variables = [
        keras.Variable(array(*shape), name=name, dtype=dtype)
        for name, shape in VARIABLES.items()
    ]
    optimizer = AdamW(rate, 0.3, learning_rate_scales=scales, **options)
    for step in range(3):
        gradients = [
            ops.convert_to_tensor(array(*shape, seed=step + 1), dtype)
            for shape in VARIABLES.values()
        ]
        optimizer.apply(gradients, variables)
    return dict(zip(VARIABLES, map(to_numpy, variables), strict=True))


@pytest.mark.parametrize("options", [{}, {"amsgrad": True}, {"global_clipnorm": 0.3}])
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_a_scale_is_a_rate_of_its_own(options, dtype):
    """Of step and decay, as if each variable had its own optimizer."""
    got = steps(SCALES, dtype=dtype, **options)
    for name in VARIABLES:
        alone = steps(None, rate=0.01 * SCALES.get(name, 1), dtype=dtype, **options)
        np.testing.assert_allclose(
            got[name].astype("float32"), alone[name].astype("float32"), rtol=1e-6
        )
        unscaled = steps(None, dtype=dtype, **options)[name]
        assert (name in SCALES) == bool(np.abs(got[name] - unscaled).max() > 1e-3)


@pytest.mark.parametrize(("kind", "model"), [("vit", small_vit), ("swin", small_swin)])
def test_fit_with_a_schedule_and_saved(kind, model, tmp_path):
    model = model()
    randomize(model)
    still = "patch_embedding/projection/kernel"
    scales = {**learning_rate_scales(model, D), still: 0.0}
    before = {v.path: to_numpy(v) for v in model.trainable_variables}
    rate = keras.optimizers.schedules.CosineDecay(0.01, 100)
    optimizer = AdamW(rate, learning_rate_scales=scales)
    model.compile(optimizer, "sparse_categorical_crossentropy")
    model.fit(array(8, *SHAPES[kind]), np.arange(8) % 7, batch_size=4, verbose=0)
    # Adam's first steps are of the rate's size.
    moved = {
        v.path: np.abs(to_numpy(v) - before[v.path]).max()
        for v in model.trainable_variables
    }
    assert moved[still] == 0
    for path, scale in scales.items():
        assert moved[path] < 0.03 * scale + 1e-9, path
    assert moved["head/kernel"] > 0.01
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.optimizer.learning_rate_scales == scales


def test_names_of_no_variable():
    with pytest.raises(ValueError, match="should name variables that are trained"):
        steps({"kernle": 0.5})
    with pytest.raises(ValueError, match=r"learning_rate_scales\['kernel'\]"):
        AdamW(learning_rate_scales={"kernel": "much"})
