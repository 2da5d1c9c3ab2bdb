"""Files as training leaves them: the optimizer's state is in them, too."""

import keras
import numpy as np
import pytest

import keras_vit
from keras_vit.weights import load_weights

IMAGES = np.random.default_rng(1).normal(size=(6, 32, 48, 3)).astype("float32")
LABELS = np.array([0, 1, 2, 3, 4, 0])


def train(model, folder):
    """One epoch; every callback that keeps weights leaves its file."""
    optimizer = keras_vit.training.AdamW(1e-3)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    checkpoint = keras.callbacks.ModelCheckpoint
    model.fit(
        IMAGES,
        LABELS,
        batch_size=3,
        verbose=0,
        callbacks=[
            checkpoint(f"{folder}/only.weights.h5", save_weights_only=True),
            checkpoint(f"{folder}/best.keras", "loss", save_best_only=True),
            checkpoint(
                f"{folder}/best.weights.h5",
                "loss",
                save_best_only=True,
                save_weights_only=True,
            ),
            keras.callbacks.BackupAndRestore(
                f"{folder}/backup", delete_checkpoint=False
            ),
        ],
    )
    model.save(folder / "saved.keras")
    model.save_weights(folder / "saved.weights.h5")
    return {
        path.name: path
        for path in folder.rglob("*")
        if path.name.endswith((".weights.h5", ".keras"))
    }


@pytest.mark.parametrize("dtype", ["float32", "mixed_bfloat16", "bfloat16"])
def test_every_file_of_a_fit(small_vit, values, tmp_path, dtype):
    options = {"dtype": dtype, "dropout_rate": 0.1, "num_register_tokens": 2}
    trained = small_vit(**options)
    files = train(trained, tmp_path)
    assert len(files) == 6
    known = {name: array.astype("float32") for name, array in values(trained).items()}
    model = small_vit(**options)
    for path in files.values():
        for weight in model.weights:
            weight.assign(np.zeros(weight.shape))
        report = load_weights(model, path)
        assert len(report.loaded) == len(model.weights)
        assert "optimizer" in next(iter(report.ignored))
        assert report.tensors_in_file == len(model.weights) + len(report.ignored)
        for name, array in values(model).items():
            np.testing.assert_array_equal(array.astype("float32"), known[name], name)


def test_swin(tmp_path, values):
    sizes = {"hidden_dim": 6, "depths": (1, 1), "num_heads": (1, 2), "window_size": 3}
    trained, model = (
        keras_vit.SwinTransformer(input_shape=(32, 48, 3), classes=5, **sizes)
        for _ in range(2)
    )
    for path in train(trained, tmp_path).values():
        load_weights(model, path)
        known = values(trained)
        for name, array in values(model).items():
            np.testing.assert_array_equal(array, known[name], name)


def test_other_classes_and_another_size(small_vit, values, tmp_path):
    """A model that was trained here is what the next one starts from."""
    trained = small_vit()
    train(trained, tmp_path)
    for name in ("saved.keras", "saved.weights.h5"):
        model = small_vit(classes=3, include_top=True, num_register_tokens=0)
        report = load_weights(model, tmp_path / name)
        assert set(report.fresh) == {"head/kernel", "head/bias"}
        bare = small_vit(include_top=False)
        assert not load_weights(bare, tmp_path / name).fresh
    larger = small_vit(input_shape=(64, 48, 3))
    report = load_weights(larger, tmp_path / "saved.keras")
    assert report.resized == {"position_embedding/embedding": "grid 4x6 → 8x6, bicubic"}


def test_model_around_ours(small_vit, values, tmp_path):
    """Augmentation and ours in one model: its file holds our weights by their names."""
    inner = small_vit()
    image = keras.Input((32, 48, 3))
    outer = keras.Model(image, inner(keras.layers.RandomFlip("horizontal")(image)))
    outer.save(tmp_path / "outer.keras")
    outer.save_weights(tmp_path / "outer.weights.h5")
    for name in ("outer.keras", "outer.weights.h5"):
        model = small_vit(num_register_tokens=0)
        for weight in model.weights:
            weight.assign(np.zeros(weight.shape))
        load_weights(model, tmp_path / name)
        for path, array in values(inner).items():
            np.testing.assert_array_equal(array, values(model)[path], path)


@pytest.mark.parametrize("ending", [".weights.h5", ".keras"])
def test_registers_of_a_file_are_counted_in_the_hint(small_vit, tmp_path, ending):
    saved = small_vit(num_register_tokens=3, input_shape=(16, 16, 3))
    path = tmp_path / f"saved{ending}"
    saved.save_weights(path) if ending == ".weights.h5" else saved.save(path)
    with pytest.raises(ValueError, match="num_register_tokens=3"):
        load_weights(small_vit(), path)
