"""The bias tables of Swin's windows, of which a file does not tell the sides."""

import numpy as np
import pytest

import keras_vit
from keras_vit.weights import load_weights, resampling

TABLE = "stage_0_block_1/window_attention/relative_position_bias_table"
# Their tables have 9, 25, 81 and 225 rows: those of the windows 2, 3, 5 and 8.
LIKE_SQUARES = [(1, 5), (1, 13), (2, 14), (5, 13)]


@pytest.fixture
def swin(values):
    def build(window_size, **changes):
        arguments = {
            "input_shape": (28, 56, 3),  # a map of 14 x 28 patches: no window shrinks
            "patch_size": 2,
            "hidden_dim": 6,
            "depths": (2,),
            "num_heads": (3,),
            "classes": 5,
            "window_size": window_size,
            **changes,
        }
        model = keras_vit.SwinTransformer(**arguments)
        random = np.random.default_rng(5)
        for weight in model.weights:
            weight.assign(random.normal(size=weight.shape).astype("float32"))
        return model

    return build


@pytest.mark.parametrize("ending", [".weights.h5", ".keras"])
@pytest.mark.parametrize("window", LIKE_SQUARES)
def test_own_file_of_the_same_window(swin, values, tmp_path, window, ending):
    saved, model = swin(window), swin(window)
    path = tmp_path / f"saved{ending}"
    saved.save_weights(path) if ending == ".weights.h5" else saved.save(path)
    model.get_layer("stage_0_block_1").attention.relative_position_bias_table.assign(
        np.zeros_like(values(model)[TABLE])
    )
    report = load_weights(model, path)
    assert not report.resized
    np.testing.assert_array_equal(values(model)[TABLE], values(saved)[TABLE])


def test_own_weights_of_another_window_are_never_guessed_at(swin, values, tmp_path):
    """81 rows are the table of 2 x 14 and of 5 x 5."""
    saved = swin((2, 14))
    saved.save_weights(tmp_path / "saved.weights.h5")
    model = swin(7)
    before = values(model)[TABLE]
    with pytest.raises(ValueError, match=r"does not tell its window.*source_window"):
        load_weights(model, tmp_path / "saved.weights.h5")
    np.testing.assert_array_equal(values(model)[TABLE], before)
    told = np.array([2, 14])
    report = load_weights(model, tmp_path / "saved.weights.h5", source_window=told)
    assert report.resized[TABLE] == "window 2x14 → 7x7, bicubic"
    known = resampling.resize_bias_table(values(saved)[TABLE], (2, 14), (7, 7))
    np.testing.assert_allclose(values(model)[TABLE], known, rtol=1e-5, atol=1e-6)


def test_window_that_is_told_may_have_shrunk_to_its_map(swin, tmp_path):
    path = tmp_path / "saved.weights.h5"
    swin(7, input_shape=(6, 6, 3)).save_weights(path)  # a map of 3 x 3 patches
    report = load_weights(swin(8), path, source_window=7)
    assert report.resized[TABLE] == "window 3x3 → 8x8, bicubic"
    with pytest.raises(ValueError, match="25 rows in the file.*none that was told"):
        load_weights(swin(8), path, source_window=2)
    swin(7, input_shape=(6, 28, 3)).save_weights(path)
    with pytest.raises(ValueError, match="65 rows in the file.*3x7 or 7x3"):
        load_weights(swin(8), path, source_window=7)


@pytest.mark.parametrize(
    ("shape", "window"), [((28, 56, 3), "2x14"), ((28, 20, 3), "2x10")]
)
def test_whole_model_tells_its_windows(swin, tmp_path, shape, window):
    swin((2, 14), input_shape=shape).save(tmp_path / "saved.keras")
    report = load_weights(swin(7), tmp_path / "saved.keras")
    assert report.resized[TABLE].startswith(f"window {window} → 7x7, bicubic")


def test_table_of_another_writer_is_of_a_square_window(build_reference, reference):
    """Unless it is told otherwise."""
    file = reference / "timm_swin.safetensors"
    model = build_reference("timm_swin", window_size=(2, 9))
    report = load_weights(model, file)
    assert report.resized[TABLE].startswith("window 4x4 → 2x9")
    with pytest.raises(ValueError, match="49 rows in the file.*none that was told"):
        load_weights(model, file, source_window=(2, 9))
