"""What a token depends on, held against the windows' geometry and changed pixels."""

import keras
import numpy as np
import pytest

from keras_vit import inspection
from tests.inspection.models import backbone, held, images
from tests.models.small import small_swin, small_vit

SIZE, PATCH, WINDOW = (13, 20), 2, (3, 4)  # of the small Swin: maps of 7x10 and 4x5


def attended(token, size, shift):
    """The tokens that one looks at in a block: those of its window on the map."""
    span = []
    for place, side, window, step in zip(token, size, WINDOW, shift, strict=True):
        window, step = (side, 0) if side <= window else (window, step)
        # Before the roll: borders lie at step, step + window, ...
        first = (place - step) // window * window + step
        span.append(range(max(first, 0), min(first + window, side)))
    return {(row, column) for row in span[0] for column in span[1]}


def swin_field(pixel):
    """For each of the four blocks the pixels that geometry allows, boolean (H, W)."""
    by_block = []
    for blocks in ((0,), (0, 1), (0, 1, 2), (0, 1, 2, 3)):
        scale = PATCH * 2 ** (blocks[-1] // 2)
        tokens = {(pixel[0] // scale, pixel[1] // scale)}
        for block in reversed(blocks):
            size = ((7, 10), (4, 5))[block // 2]
            shift = ((0, 0), (1, 2))[block % 2]
            tokens = set().union(*(attended(t, size, shift) for t in tokens))
            if block == 2:  # undo the merging
                tokens = {
                    (2 * r + i, 2 * c + j)
                    for r, c in tokens
                    for i in (0, 1)
                    for j in (0, 1)
                    if 2 * r + i < 7 and 2 * c + j < 10
                }
        field = np.zeros(SIZE, bool)
        for row, column in tokens:
            field[2 * row : 2 * row + 2, 2 * column : 2 * column + 2] = True
        by_block.append(field)
    return np.stack(by_block)


@pytest.mark.parametrize("pixel", [(5, 9), (12, 19)])
def test_a_swin_sees_its_windows_and_nothing_else(pixel):
    fields = inspection.receptive_field(backbone("swin"), pixel)
    assert fields.shape == (4, *SIZE) and fields.dtype == "float32"
    assert np.array_equal(fields > 0, swin_field(pixel))


def test_a_fresh_swin_sees_one_window_at_first():
    model = small_swin(depths=[1], num_heads=[2])
    fields = inspection.receptive_field(model, (7, 9))  # patch (3, 4)
    window = np.zeros(SIZE, bool)
    window[6:12, 8:16] = True  # rows 3 to 5, columns 4 to 7 of patches
    assert np.array_equal(fields[0] > 0, window)


def test_a_vit_sees_everything_at_once():
    fields = inspection.receptive_field(small_vit(), (4, 5))
    assert fields.shape == (2, 9, 10)
    assert (fields > 0).all()


def test_length_is_that_of_finite_differences():
    model = backbone("vit")
    (image,) = images("vit", 1)
    fields = inspection.receptive_field(model, (4, 5), image, seed=11)
    weights = np.random.default_rng(11).normal(size=12)
    after = keras.Model(model.input, model.get_layer("encoder_block_0").output)
    pixels = ((4, 5), (0, 0), (8, 3))
    steps = np.zeros((3, 5, *image.shape), "float32")
    for number, (row, column) in enumerate(pixels):
        steps[number, range(5), row, column, range(5)] = 0.01
    changed = np.concatenate([image + steps, image - steps]).reshape(-1, 9, 10, 5)
    tokens = after.predict_on_batch(changed)[:, 1 + 5 + 2]  # patch (1, 2)
    ahead, behind = (tokens @ weights).reshape(2, 3, 5)
    expected = np.linalg.norm((ahead - behind) / 0.02, axis=-1)
    got = [fields[0, row, column] for row, column in pixels]
    np.testing.assert_allclose(got, expected, rtol=0.02, atol=1e-3)


@pytest.mark.parametrize("wrapping", ["functional", "sequential"])
def test_nested_in_a_bigger_model(wrapping, tmp_path):
    model, outer, inner = held(wrapping, "vit", tmp_path)
    expected = inspection.receptive_field(backbone("vit"), (4, 5), inner[0])
    fields = inspection.receptive_field(model, (4, 5), outer[0])
    np.testing.assert_allclose(fields, expected, rtol=1e-3, atol=1e-5)


def test_integer_pixels_and_mixed_precision():
    model = small_vit(
        input_shape=(9, 10, 3), include_preprocessing=True, dtype="mixed_bfloat16"
    )
    fields = inspection.receptive_field(model, (4, 5))
    assert np.isfinite(fields).all() and (fields > 0).mean() > 0.9


def test_bad_arguments():
    model = backbone("vit")
    for position in ((9, 0), (0, 10), (-1, 0), (1.5, 2), (1, 2, 3)):
        with pytest.raises(ValueError, match="pixel of the model's images of 9x10"):
            inspection.receptive_field(model, position)
    with pytest.raises(ValueError, match="takes images of shape"):
        inspection.receptive_field(model, (0, 0), np.zeros((9, 10, 4)))
    with pytest.raises(ValueError, match="ViT or Swin of this package"):
        plain = keras.Sequential([keras.Input((9, 10, 5)), keras.layers.Flatten()])
        inspection.receptive_field(plain, (0, 0))
