"""A plan of a training, by hand and beside what XLA says of a compiled step."""

import keras
import pytest

import keras_vit
from keras_vit.deployment import estimate
from keras_vit.layers import PatchEmbedding, SwinBlock
from keras_vit.training import freeze, unfreeze
from tests.deployment.small import swin, vit

# A ViT with T = 1 + 2 · 3 tokens of 15 numbers, 3 heads, an MLP of 22, patches of 192.
DENSE = 7 * (8 * 15**2 + 4 * 15 * 22)
PAIRS = 4 * 7 * 7 * 15
PATCHES, HEAD = 2 * 6 * 192 * 15, 2 * 15 * 7
BLOCK = 4 * (9 * 7 * 15 + 7 * 22 + 3 * 7 * 7)  # bytes kept
WORKING = 4 * (7 * 22 + 2 * 7 * 15)


@pytest.fixture(scope="module")
def model():
    return vit()


def test_a_vit_by_hand(model):
    plan = estimate(model, batch_size=5)
    assert plan.parameters == model.count_params()
    assert plan.weight_bytes == 4 * plan.parameters
    assert plan.optimizer_bytes == 8 * plan.parameters
    # The patches have no gradient by their input.
    flops = 3 * (DENSE + PAIRS + HEAD) + 2 * PATCHES
    assert plan.flops_a_step == 5 * flops
    assert plan.activation_bytes == 5 * (BLOCK + WORKING + 4 * 6 * 192)
    assert plan.activation_bytes == plan.activation_bytes_kept
    assert plan.bytes_sent == 0
    assert plan.hours is plan.steps is None


def test_recomputed_blocks():
    with keras.RematScope(mode="full"):
        model = vit(num_layers=2)
    plan = estimate(model, batch_size=5)
    last = 2 * 7 * 22 * 15  # an MLP's second product, which nothing asks for again
    flops = 2 * (4 * (DENSE + PAIRS) - last) + 3 * HEAD + 2 * PATCHES
    assert plan.recompute
    assert plan.flops_a_step == 5 * flops
    assert plan.activation_bytes == 5 * (4 * 7 * 15 + BLOCK + WORKING)
    kept = estimate(model, batch_size=5, recompute=False)
    assert kept.activation_bytes == plan.activation_bytes_kept
    assert kept.activation_bytes == 5 * (2 * BLOCK + WORKING + 4 * 6 * 192)


def test_as_if_blocks_were_recomputed(model):
    plan = estimate(model, batch_size=5, recompute=True)
    assert plan.recompute
    assert plan.activation_bytes == 5 * (BLOCK + WORKING)


def test_gradients_are_added_up_around_a_ring(model):
    one = estimate(model, batch_size=20)
    four = estimate(model, batch_size=20, devices=4)
    assert four.gradient_bytes_sent == 2 * 3 / 4 * 4 * one.parameters
    assert four.gradient_bytes == 4 * one.parameters > one.gradient_bytes
    assert four.flops_a_step == one.flops_a_step


def test_a_model_among_three_devices():
    model = vit(mlp_dim=24)  # that three can share
    plan = estimate(model, batch_size=10, devices=6, model_shares=3)
    block = model.get_layer("encoder_block_0")
    split = sum(
        int(keras.ops.size(v))
        for v in block.weights
        if not v.path.endswith(("output/bias", "gamma", "beta"))
    )
    parameters = plan.parameters - split * 2 / 3
    assert plan.weight_bytes == pytest.approx(4 * parameters)
    assert plan.optimizer_bytes == pytest.approx(8 * parameters)
    assert plan.gradient_bytes_sent == pytest.approx(4 * parameters)
    tokens = 4 * 5 * 7 * 15  # of the images of one copy
    assert plan.activation_bytes_sent == pytest.approx(2 * 2 / 3 * 6 * tokens)


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "lion"])
def test_an_optimizers_state(optimizer, model):
    made = keras.optimizers.get(optimizer)
    made.build(model.trainable_variables)
    numbers = sum(int(keras.ops.size(v)) for v in made.variables)
    plan = estimate(model, batch_size=2, optimizer=optimizer)
    assert 0 <= 4 * numbers - plan.optimizer_bytes <= 8  # but for steps and rate


def test_frozen_layers_keep_nothing(model):
    freeze(model)
    plan = estimate(model, batch_size=5)
    unfreeze(model)
    assert plan.flops_a_step == 5 * (DENSE + PAIRS + PATCHES + 2 * HEAD)
    assert plan.activation_bytes == 5 * 4 * 15
    assert plan.optimizer_bytes == 2 * 4 * (15 * 7 + 7)


@pytest.mark.slow
def test_a_model_within_a_model():
    inner = swin()
    inputs = keras.Input(inner.input_shape[1:])
    around = keras.Model(inputs, inner(inputs))
    for outer in (around, keras.Sequential([inputs, inner])):
        nested, alone = (estimate(m, batch_size=3) for m in (outer, inner))
        assert nested.memory_bytes == alone.memory_bytes
        assert nested.flops_a_step == alone.flops_a_step


def test_hours(model):
    plan = estimate(
        model,
        batch_size=20,
        devices=2,
        examples=101,
        epochs=10,
        flops_per_second=1e6,
        utilization=0.5,
        link_bytes_per_second=1e3,
    )
    seconds = plan.flops_a_step / 2 / 5e5 + plan.bytes_sent / 1e3
    assert plan.steps == 60
    assert plan.seconds_a_step == pytest.approx(seconds)
    assert plan.hours == pytest.approx(60 * seconds / 3600)
    for words in ("20 images a step on 2 devices", "weights", "60 steps"):
        assert words in str(plan)


@pytest.mark.slow
def test_half_precision(model):
    whole = estimate(model, batch_size=5, plain=True)
    mixed = estimate(vit(dtype="mixed_bfloat16"), batch_size=5)
    half = estimate(vit(dtype="bfloat16"), batch_size=5, plain=True)
    assert mixed.plain
    assert mixed.weight_bytes == whole.weight_bytes
    assert whole.weight_bytes / 2 <= half.weight_bytes < 0.6 * whole.weight_bytes
    assert whole.activation_bytes / 2 < mixed.activation_bytes < whole.activation_bytes
    assert half.optimizer_bytes == whole.optimizer_bytes  # AdamW's is in float32


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"batch_size": 0}, "`batch_size` should be a positive int"),
        ({"devices": 2}, "shared evenly by 2 copies"),
        ({"devices": 4, "model_shares": 3}, "should divide `devices`"),
        ({"devices": 5, "model_shares": 5}, "'encoder_block_0' has 3 heads"),
        ({"optimizer": "adm"}, "`optimizer` should be"),
        ({"utilization": 40}, "above 0 and up to 1"),
        ({"flops_per_second": 0}, "`flops_per_second` should be above 0"),
        ({"examples": 10, "epochs": -1}, "`epochs` should be above 0"),
        ({"recompute": "full"}, "`recompute` should be True or False"),
        ({"plain": 3}, "`plain` should be True or False"),
    ],
)
def test_plans_that_cannot_be(arguments, message, model):
    with pytest.raises(ValueError, match=message):
        estimate(model, **({"batch_size": 5} | arguments))


def test_models_that_cannot_be_estimated(model):
    dense = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    with pytest.raises(ValueError, match="should be a ViT or Swin"):
        estimate(dense, batch_size=2)
    inputs = keras.Input((16, 24, 3))
    convolved = keras.layers.Conv2D(3, 1, name="mixed")(inputs)
    with pytest.raises(ValueError, match="Conv2D 'mixed'"):
        estimate(keras.Model(inputs, model(convolved)), batch_size=2)
    inputs = keras.Input((None, None, 3))
    maps = PatchEmbedding(6, 4, flatten=False, pad=True)(inputs)
    any_size = keras.Model(inputs, SwinBlock(3, 24, 2)(maps))
    with pytest.raises(ValueError, match="of a known size"):
        estimate(any_size, batch_size=2)


def wide_vit():
    return keras_vit.VisionTransformer(
        hidden_dim=96,
        num_layers=2,
        num_heads=3,
        mlp_dim=384,
        patch_size=8,
        input_shape=(88, 104, 3),
        classes=7,
    )


def wide_swin():
    return keras_vit.SwinTransformer(
        hidden_dim=48,
        depths=(1, 1),
        num_heads=(2, 3),
        window_size=5,
        input_shape=(120, 80, 3),
        classes=7,
    )


@pytest.mark.skipif(keras.backend.backend() != "jax", reason="XLA tells on JAX")
@pytest.mark.parametrize(
    ("make", "recompute", "batch"), [(wide_vit, True, 5), (wide_swin, False, 2)]
)
def test_what_xla_says(make, recompute, batch):
    from benchmarks.scaling_xla import compile_step, pairs

    with keras.RematScope(mode="full" if recompute else None):
        model = make()
    plan = estimate(model, batch_size=batch)
    for name, (estimated, actual) in pairs(*compile_step(model, batch), plan).items():
        assert estimated == pytest.approx(actual, rel=0.1), name
