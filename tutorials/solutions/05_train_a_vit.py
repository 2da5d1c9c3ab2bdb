"""Solutions of notebook 5, train a ViT with model.fit."""

import keras
import numpy as np

import keras_vit

SIZES = {
    "input_shape": (8, 8, 1),
    "patch_size": 4,
    "hidden_dim": 16,
    "num_layers": 1,
    "num_heads": 2,
    "mlp_dim": 16,
    "classes": 10,
}


def predict():
    """Ten equal shares: the loss is the logarithm of ten, 2.303."""
    model = keras_vit.VisionTransformer(**SIZES)
    head = model.get_layer("head")
    head.set_weights([np.zeros_like(w) for w in head.get_weights()])
    images = np.random.default_rng(0).normal(size=(5, 8, 8, 1)).astype("float32")
    answers = model.predict(images, verbose=0)
    loss = -np.log(answers[np.arange(5), [0, 1, 2, 3, 4]]).mean()
    assert abs(loss - np.log(10)) < 1e-5


def change():
    """0, 1 and 8 are much the same in a mirror; 2, 3, 4, 5, 6, 7 and 9 are not."""
    digits = keras_vit.data.image_batches(
        "digits", split="train+test", image_size=8, channels=1, batch_size=2000
    )
    images, labels = (
        np.array(part)[..., 0] if i == 0 else np.array(part)
        for i, part in enumerate(next(digits.as_numpy_iterator()))
    )
    means = np.stack([images[labels == digit].mean(axis=0) for digit in range(10)])
    alike = [np.corrcoef(m.ravel(), m[:, ::-1].ravel())[0, 1] for m in means]
    assert {int(digit) for digit in np.argsort(alike)[-3:]} == {0, 1, 8}


def explore():
    """Kernels alone: without gradients, the decay is all that moves a weight."""
    model = keras_vit.VisionTransformer(**SIZES)
    model.get_layer("head").kernel.assign(np.ones((16, 10)))
    optimizer = keras_vit.training.AdamW(0.1, weight_decay=0.5)
    before = [keras.ops.convert_to_numpy(w).copy() for w in model.trainable_variables]
    zeros = [keras.ops.zeros(w.shape) for w in model.trainable_variables]
    optimizer.apply(zeros, model.trainable_variables)
    for weight, old in zip(model.trainable_variables, before, strict=True):
        moved = not np.allclose(keras.ops.convert_to_numpy(weight), old)
        assert moved is (weight.name == "kernel"), weight.path


if __name__ == "__main__":
    predict()
    change()
    explore()
