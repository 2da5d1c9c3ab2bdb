"""Solutions of notebook 6, transfer learning."""

import keras
import numpy as np

from keras_vit import teaching, training


def predict():
    """0.75 to the power of 13 and of 25: a deeper model wants a gentler decay.

    A fortieth and less than a thousandth. MAE gives a ViT-B 0.65 and a ViT-L 0.75.
    """
    for blocks, part in ((12, 0.0238), (24, 0.00075)):
        assert abs(0.75 ** (blocks + 1) - part) < 1e-4
    model = teaching.small_vit(image_size=28)  # of five blocks
    scales = training.learning_rate_scales(model, layer_decay=0.75)
    assert np.isclose(scales["patch_embedding/projection/kernel"], 0.75**6)


def change():
    """The blocks behind that one and the head: the probe gives back what was free."""
    model = teaching.small_vit(image_size=28)
    training.freeze(model, until="encoder_block_2")
    before = {v.path: keras.ops.convert_to_numpy(v).copy() for v in model.weights}
    images = np.random.default_rng(0).normal(size=(14, 28, 28, 3)).astype("float32")
    data = images, np.arange(14)
    training.finetune(model, data, epochs=1, probe_epochs=1, verbose=0)
    moved = {
        v.path.split("/")[0]
        for v in model.weights
        if not np.array_equal(keras.ops.convert_to_numpy(v), before[v.path])
    }
    assert moved == {"encoder_block_3", "encoder_block_4", "norm", "head"}


def explore():
    """Forty batches: a step of the optimizer is four of them."""
    schedule = training.WarmupCosine(1.0, total_steps=100, warmup_steps=10)
    optimizer = training.AdamW(schedule, gradient_accumulation_steps=4)
    variable = keras.Variable(np.ones(3, "float32"))
    for batch in range(41):
        rate = float(optimizer.learning_rate)
        assert np.isclose(rate, (batch // 4) / 10)
        optimizer.apply([keras.ops.ones(3)], [variable])
    assert rate == 1


if __name__ == "__main__":
    predict()
    change()
    explore()
