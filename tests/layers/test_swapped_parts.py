"""What a researcher swaps or alters within a layer is really called."""

import operator

import keras
import numpy as np
import pytest
from keras import ops

from keras_vit import layers
from tests.helpers import array, randomize, relative_difference, to_numpy

OF_ATTENTION = ["query_dense", "key_dense", "value_dense", "output_dense"]
OF_ATTENTION += ["dropout", "attention_dropout"]
OF_MLP = ["hidden_dense", "hidden_dropout", "output_dense", "output_dropout"]
OF_BLOCK = ["attention", "mlp"]  # the first is what blocks and windows need
OF_BLOCK += [
    f"{branch}_{part}"
    for branch in OF_BLOCK
    for part in ("norm", "layer_scale", "drop_path")
]
OF_BLOCK += [f"mlp.{part}" for part in OF_MLP]
BLOCKS = {
    "EncoderBlock": (
        lambda **kw: layers.EncoderBlock(3, 11, layer_scale_init=0.5, **kw),
        (7, 15),
        [*OF_BLOCK, *(f"attention.{part}" for part in OF_ATTENTION)],
    ),
    "SwinBlock": (  # what is within and around its attention is as above
        lambda **kw: layers.SwinBlock(3, 11, 2, 1, layer_scale_init=0.5, **kw),
        (4, 5, 15),
        ["attention", "attention.attention"],
    ),
}
PLACES = [(name, place) for name in BLOCKS for place in BLOCKS[name][2]]
every_part = pytest.mark.parametrize(("name", "place"), PLACES)
in_training_and_not = pytest.mark.parametrize("training", [False, True])


def built(name, **options):
    make, shape, _ = BLOCKS[name]
    block = make(**options)
    block.build((2, *shape))
    randomize(block)
    return block, ops.convert_to_tensor(array(2, *shape))


def part_of(layer, place):
    return operator.attrgetter(place)(layer)


@in_training_and_not
@every_part
def test_a_part_of_another_class_is_called(name, place, training):
    block, x = built(name)
    part, calls = part_of(block, place), []

    def call(self, *args, **kwargs):
        calls.append(self)
        return original(self, *args, **kwargs)

    original = type(part).call
    part.__class__ = type("Mine", (type(part),), {"call": call})
    block(x, training=training)
    assert calls == [part]


@pytest.mark.skipif(keras.backend.backend() != "torch", reason="PyTorch has hooks")
@in_training_and_not
@every_part
def test_hooks_of_a_part_fire(name, place, training):
    block, x = built(name)
    part, calls = part_of(block, place), []
    handles = [
        part.register_forward_pre_hook(lambda module, inputs: calls.append("before")),
        part.register_forward_hook(lambda module, *_: calls.append("after")),
    ]
    block(x, training=training)
    assert calls == ["before", "after"]
    for handle in handles:
        handle.remove()
    block(x, training=training)
    assert len(calls) == 2


@pytest.mark.skipif(keras.backend.backend() != "torch", reason="PyTorch has hooks")
def test_hooks_of_all_modules_fire():
    from torch.nn.modules.module import register_module_forward_hook

    block, x = built("EncoderBlock")
    seen = set()
    handle = register_module_forward_hook(lambda module, *_: seen.add(module))
    block(x)
    handle.remove()
    assert {part_of(block, place) for place in BLOCKS["EncoderBlock"][2]} <= seen


class Doubled(keras.layers.Layer):
    """A layer of nobody's, which knows of no training."""

    def call(self, inputs):
        return 2 * inputs


@pytest.mark.parametrize("place", BLOCKS["EncoderBlock"][2][1:])
def test_a_part_of_somebody_else(place):
    """It keeps its input's shape; in place of products there are Keras's own."""
    block, x = built("EncoderBlock")
    *path, own = place.split(".")
    parent = part_of(block, ".".join(path)) if path else block
    part = getattr(parent, own)
    theirs = Doubled()
    if "dense" in own:
        theirs = keras.layers.Dense(part.units, activation="relu")
        theirs.build((None, part.kernel.shape[0]))
        theirs.set_weights(part.get_weights())
    before = to_numpy(block(x))
    parent._tracker.unlock()
    setattr(parent, own, theirs)
    in_use, in_training = (to_numpy(block(x, training=t)) for t in (False, True))
    assert relative_difference(in_use, before) > 1e-3
    assert relative_difference(in_training, in_use) < 1e-5


def relu(layer):
    layer.activation = keras.activations.relu


def scored(layer):
    layer.activity_regularizer = keras.regularizers.L2(1.0)


def quantized(layer):
    layer.quantize("int8", type_check=False)


def adapted(layer):
    layer.enable_lora(2)
    layer.lora_kernel_b.assign(array(*layer.lora_kernel_b.shape))


@in_training_and_not
@pytest.mark.parametrize("alter", [relu, scored, quantized, adapted])
@pytest.mark.parametrize("part", ["hidden_dense", "output_dense"])
def test_an_altered_layer_of_the_mlp(part, alter, training):
    layer, x = layers.MLP(11), ops.convert_to_tensor(array(3, 15))
    layer.build(x.shape)
    randomize(layer)
    before = to_numpy(layer(x, training=training))
    alter(getattr(layer, part))
    expected = to_numpy(layer.output_dense(layer.hidden_dense(x)))
    losses = len(layer.losses)
    got = to_numpy(layer(x, training=training))
    assert relative_difference(got, expected) < 1e-6
    assert len(layer.losses) == losses == (alter is scored)
    if alter is not scored:
        assert relative_difference(got, before) > 1e-4


@in_training_and_not
@pytest.mark.parametrize("part", ["hidden_dense", "output_dense"])
def test_a_layer_in_another_type_than_its_mlp(part, training):
    """What a user keeps in float32 is computed in float32."""
    layer, x = layers.MLP(11, dtype="mixed_bfloat16"), array(3, 15)
    layer.build(x.shape)
    randomize(layer)
    own = getattr(layer, part)
    own.dtype_policy = "float32"
    seen = []
    theirs = type(own).call

    def call(self, inputs, *args, **kwargs):
        seen.append(keras.backend.standardize_dtype(inputs.dtype))
        return theirs(self, inputs, *args, **kwargs)

    own.__class__ = type("Watched", (type(own),), {"call": call})
    layer(x, training=training)
    assert seen == ["float32"]


@in_training_and_not
def test_gradients_of_a_swapped_layer(training):
    """The fused function would have none for a weight that it does not know."""
    from tests.helpers import gradients

    layer, x = layers.MLP(11), array(3, 15)
    layer.build(x.shape)
    randomize(layer)
    relu(layer.output_dense)
    upstream = array(3, 15, seed=1)
    (got,) = gradients(lambda x: layer(x, training=training), [x], upstream)
    (expected,) = gradients(
        lambda x: layer.output_dense(layer.hidden_dense(x)), [x], upstream
    )
    assert relative_difference(got, expected) < 1e-5
    assert np.abs(got).max() > 0
