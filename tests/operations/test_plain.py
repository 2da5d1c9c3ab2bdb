"""All that is faster can be switched off, by a user and in a process."""

import os
import subprocess
import sys

import keras
import pytest

from keras_vit import layers, operations
from keras_vit.operations import definitions, overrides
from tests.helpers import array, randomize, relative_difference, to_numpy

NAMES = sorted({row.operation for row in overrides.OVERRIDES})


def choices(training):
    x = keras.ops.convert_to_tensor(array(2, 4, 3, 5))
    return {name: overrides.chosen(name, x, training) for name in NAMES}


def test_some_are_taken_here():
    taken = choices(training=True)
    assert any(taken[name] is not getattr(definitions, name) for name in NAMES)


@pytest.mark.parametrize("training", [False, True])
def test_all_are_switched_off(training):
    before = choices(training)
    with operations.plain():
        assert choices(training) == {n: getattr(definitions, n) for n in NAMES}
    assert choices(training) == before


def test_one_is_switched_off():
    before = choices(training=True)
    with operations.plain("gelu"):
        assert choices(training=True) == before | {"gelu": definitions.gelu}


def test_an_unknown_name():
    message = r"no override of \['gleu'\].*'gelu'"
    with pytest.raises(ValueError, match=message), operations.plain("gleu"):
        pass


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("name", ["vit", "swin"])
def test_a_block_is_the_same(name, training):
    block, shape = {
        "vit": (layers.EncoderBlock(3, 13), (2, 5, 9)),
        "swin": (layers.SwinBlock(3, 13, 2, 1), (2, 5, 7, 9)),
    }[name]
    block.build(shape)
    randomize(block)
    x = keras.ops.convert_to_tensor(array(*shape))
    faster = to_numpy(block(x, training=training))
    with operations.plain():
        assert relative_difference(faster, to_numpy(block(x, training=training))) < 1e-5


def trained_weights():
    """Of a block after a step, all moved by their gradients."""
    model = keras.Sequential([keras.Input((5, 9)), layers.EncoderBlock(3, 13)])
    randomize(model)
    model.compile(keras.optimizers.SGD(0.1), "mse")
    model.train_on_batch(array(2, 5, 9), array(2, 5, 9, seed=1))
    return [to_numpy(weight) for weight in model.trainable_variables]


@pytest.mark.parametrize("name", sorted(overrides.ALL))
def test_each_is_whole_without_another(name):
    """A step of training is the same, whichever one is switched off alone."""
    expected = trained_weights()
    with operations.plain(name):
        found = trained_weights()
    for one, other in zip(found, expected, strict=True):
        assert relative_difference(one, other) < 1e-5


@pytest.mark.parametrize(("value", "off"), [("1", True), ("gelu", True), ("0", False)])
def test_of_a_whole_process(value, off):
    """Other threads too, in which `fit` may run."""
    script = """if True:
        import threading
        from keras import ops
        from keras_vit.operations import overrides, definitions
        seen = []
        def look():
            gelu = overrides.chosen("gelu", ops.ones((2, 3)), True)
            seen.append(gelu is definitions.gelu)
        thread = threading.Thread(target=look); thread.start(); thread.join(); look()
        print(seen)
    """
    environment = {**os.environ, "KERAS_VIT_PLAIN": value}
    output = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True
    )
    assert output.stdout.strip() == str([off, off]), output.stderr
