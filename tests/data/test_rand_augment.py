"""RandAugment's operations, each held against timm's strengths and Pillow's pixels."""

import numpy as np
import pytest
import tensorflow as tf

from keras_vit.data import shifts
from keras_vit.data.draws import Draws
from keras_vit.data.rand_augment import TABLE, rand_augment

LEVELS = (0, 1, 3, 5, 7.5, 9, 10)

# Strength at each of LEVELS where the drawn sign is positive, as timm's functions give
# it (timm/data/auto_augment.py at 066e490): _rotate_level_to_arg,
# _shear_level_to_arg, _translate_rel_level_to_arg, _enhance_increasing_level_to_arg,
# _posterize_increasing_level_to_arg, _solarize_increasing_level_to_arg.
TIMM = {
    "rotate": (0, 3, 9, 15, 22.5, 27, 30),
    "shear_x": (0, 0.03, 0.09, 0.15, 0.225, 0.27, 0.3),
    "shear_y": (0, 0.03, 0.09, 0.15, 0.225, 0.27, 0.3),
    "translate_x": (0, 0.045, 0.135, 0.225, 0.3375, 0.405, 0.45),
    "translate_y": (0, 0.045, 0.135, 0.225, 0.3375, 0.405, 0.45),
    "brightness": (1, 1.09, 1.27, 1.45, 1.675, 1.81, 1.9),
    "contrast": (1, 1.09, 1.27, 1.45, 1.675, 1.81, 1.9),
    "sharpness": (1, 1.09, 1.27, 1.45, 1.675, 1.81, 1.9),
    "color": (1, 1.09, 1.27, 1.45, 1.675, 1.81, 1.9),
    "posterize": (4, 4, 3, 2, 1, 1, 1),  # timm: no bit at 10, which is a black image
    "solarize": (256, 231, 180, 128, 64, 26, 0),
}
# ... and where it is negative.
TIMM_NEGATIVE = {
    "rotate": (0, -3, -9, -15, -22.5, -27, -30),
    "shear_x": (0, -0.03, -0.09, -0.15, -0.225, -0.27, -0.3),
    "shear_y": (0, -0.03, -0.09, -0.15, -0.225, -0.27, -0.3),
    "translate_x": (0, -0.045, -0.135, -0.225, -0.3375, -0.405, -0.45),
    "translate_y": (0, -0.045, -0.135, -0.225, -0.3375, -0.405, -0.45),
    "brightness": (1, 0.91, 0.73, 0.55, 0.325, 0.19, 0.1),
    "contrast": (1, 0.91, 0.73, 0.55, 0.325, 0.19, 0.1),
    "sharpness": (1, 0.91, 0.73, 0.55, 0.325, 0.19, 0.1),
    "color": (1, 0.91, 0.73, 0.55, 0.325, 0.19, 0.1),
    "posterize": TIMM["posterize"],
    "solarize": TIMM["solarize"],
}
SAME_AT_EVERY_MAGNITUDE = {"identity", "auto_contrast", "equalize"}


def change(name, image, strength):
    """Apply one operation in a graph of its own, as the pipeline does."""
    operate = tf.function(lambda x, s: TABLE[name].change(x, s))
    return operate(tf.constant(image, "float32"), tf.constant(strength)).numpy()


def in_graph(function, images):
    dataset = tf.data.Dataset.from_tensor_slices(images).enumerate()
    dataset = dataset.map(
        lambda seed, image: function(image, Draws(seed)), num_parallel_calls=3
    )
    return np.stack(list(dataset.as_numpy_iterator()))


@pytest.fixture(scope="module")
def image():
    """A smooth image (23, 29, 3), float32 of whole numbers in 0 .. 255."""
    rows, columns = np.mgrid[:23, :29]
    image = np.stack([rows * 9, columns * 7, 128 + 60 * np.sin(rows + columns)], -1)
    return np.floor(image).astype("float32")


def test_every_operation_of_the_paper_is_in_the_tables():
    assert len(TABLE) == 14
    assert set(TIMM) | SAME_AT_EVERY_MAGNITUDE == set(TABLE)


@pytest.mark.parametrize("sign, expected", [(1.0, TIMM), (-1.0, TIMM_NEGATIVE)])
@pytest.mark.parametrize("name", sorted(TIMM))
def test_strengths_are_those_of_timm(name, sign, expected):
    # In float32 of the graph, where drawn magnitudes are computed.
    found = [
        float(TABLE[name].strength(tf.constant(m, "float32"), sign)) for m in LEVELS
    ]
    np.testing.assert_allclose(found, expected[name], atol=1e-5)


@pytest.mark.parametrize("name", sorted(TABLE))
def test_an_operation_has_one_strength_and_a_sign(monkeypatch, image, name):
    """Not a strength drawn from a range, of which a recipe gets half."""
    monkeypatch.setattr("keras_vit.data.rand_augment.TABLE", {name: TABLE[name]})
    changed = in_graph(rand_augment(3, 1, 9), np.repeat(image[None], 16, 0))
    expected = {
        sign: change(name, image, float(TABLE[name].strength(9.0, sign)))
        for sign in (-1.0, 1.0)
    }
    found = {
        sign: [np.allclose(x, wanted, atol=0.01) for x in changed]
        for sign, wanted in expected.items()
    }
    assert np.all(np.logical_or(found[-1.0], found[1.0]))
    assert np.any(found[-1.0]) and np.any(found[1.0])


@pytest.mark.parametrize("name", sorted({*TIMM} - {"posterize"}))
def test_magnitude_nought_changes_nothing(image, name):
    np.testing.assert_allclose(
        change(name, image, float(TABLE[name].strength(0.0, 1.0))), image, atol=1
    )


def test_magnitudes_spread_about_the_one_asked_for(monkeypatch, image):
    monkeypatch.setattr(
        "keras_vit.data.rand_augment.TABLE", {"at": TABLE["brightness"]}
    )
    white = np.full((300, 2, 2, 3), 100, "float32")
    changed = in_graph(rand_augment(3, 1, 9, 0.5), white)[:, 0, 0, 0]
    magnitudes = np.abs(changed / 100 - 1) / 0.09
    assert abs(magnitudes.mean() - 9) < 0.15
    assert 0.4 < magnitudes.std() < 0.55
    assert 9.8 < magnitudes.max() <= 10 + 1e-4


def pillow_operations():
    image, ops, enhance = (
        pytest.importorskip(f"PIL.{name}")
        for name in ("Image", "ImageOps", "ImageEnhance")
    )

    def affine(*rows):
        return lambda picture: picture.transform(
            picture.size, image.AFFINE, rows, image.BILINEAR, fillcolor=(128,) * 3
        )

    return {
        "identity": (0, lambda picture: picture),
        "auto_contrast": (0, ops.autocontrast),
        "rotate": (
            27,
            lambda picture: picture.rotate(27, image.BILINEAR, fillcolor=(128,) * 3),
        ),
        "shear_x": (0.27, affine(1, 0.27, 0, 0, 1, 0)),
        "shear_y": (-0.27, affine(1, 0, 0, -0.27, 1, 0)),
        "translate_x": (0.405, affine(1, 0, 0.405 * 29, 0, 1, 0)),
        "translate_y": (-0.405, affine(1, 0, 0, 0, 1, -0.405 * 23)),
        "brightness": (1.81, lambda picture: enhance.Brightness(picture).enhance(1.81)),
        "contrast": (0.19, lambda picture: enhance.Contrast(picture).enhance(0.19)),
        "sharpness": (1.81, lambda picture: enhance.Sharpness(picture).enhance(1.81)),
        "color": (0.19, lambda picture: enhance.Color(picture).enhance(0.19)),
        "posterize": (3, lambda picture: ops.posterize(picture, 3)),
        "solarize": (26, lambda picture: ops.solarize(picture, 26)),
    }


@pytest.mark.parametrize("name", sorted({*TABLE} - {"equalize"}))
def test_an_operation_is_that_of_pillow(image, name):
    pillow = pytest.importorskip("PIL.Image")
    strength, theirs = pillow_operations()[name]
    expected = np.asarray(theirs(pillow.fromarray(image.astype("uint8")))).astype(float)
    ours = change(name, image, float(strength))
    rim = np.zeros(image.shape, bool)
    if name.startswith(("rotate", "shear", "translate")):
        # A pixel half uncovered is theirs or the border's in Pillow, and a blend here.
        white = change(name, np.full_like(image, 255), float(strength))
        rim = (white > 128.1) & (white < 254.9)
    assert rim.mean() < 0.1
    assert np.abs(ours - expected)[~rim].max() < 1.6  # Pillow has whole numbers
    assert ours.min() >= 0 and ours.max() <= 255
    if name != "identity":
        assert np.abs(expected - image).mean() > 2


@pytest.mark.parametrize("channels", [1, 3, 5])
@pytest.mark.parametrize("name", sorted(TABLE))
def test_any_channels_and_the_smallest_image(name, channels):
    if name == "color" and channels != 3:
        return
    tiny = np.full((1, 1, channels), 37, "float32")
    changed = change(name, tiny, float(TABLE[name].strength(9.0, -1.0)))
    assert changed.shape == tiny.shape and np.isfinite(changed).all()


def test_equalize_is_that_of_pillow():
    pillow = pytest.importorskip("PIL.Image")
    from PIL import ImageOps

    rng = np.random.default_rng(0)
    image = np.clip(rng.normal(90, 20, (97, 101, 3)), 0, 255).astype("uint8")
    ours = change("equalize", image, 0.0)
    theirs = np.asarray(ImageOps.equalize(pillow.fromarray(image)))
    # Pillow rounds its steps down to whole counts, so they differ by a few levels.
    assert np.abs(ours - theirs).mean() < 4
    assert np.ptp(ours) == 255 and np.ptp(image) < 200


@pytest.mark.parametrize("name", ["equalize", "auto_contrast"])
def test_one_coloured_images_are_left_alone(name):
    image = np.full((5, 7, 3), 37, "float32")
    np.testing.assert_array_equal(change(name, image, 0.0), image)


def test_operations_are_drawn_for_each_image(image):
    copies = np.repeat(image[None], 12, 0)
    augment = rand_augment(3, 2, 9)
    first = in_graph(augment, copies)
    assert len({image.tobytes() for image in first}) >= 10
    more = in_graph(augment, np.concatenate([copies, copies]))
    np.testing.assert_array_equal(more[:12], first)
    assert np.abs(more[12:] - first).mean() > 1


def test_color_is_for_three_channels_alone(monkeypatch):
    gray = rand_augment(1, 1, 9)
    assert in_graph(gray, np.full((20, 5, 5, 1), 37, "float32")).shape == (20, 5, 5, 1)
    monkeypatch.setattr("keras_vit.data.rand_augment.TABLE", {"color": TABLE["color"]})
    image = np.zeros((5, 5, 3), "float32") + (250, 37, 5)
    (changed,) = in_graph(rand_augment(3, 1, 9), image[None].astype("float32"))
    assert np.abs(changed - image).max() > 5


@pytest.mark.slow
@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("amount", [-0.3, -0.01, 0.0, 0.17, 0.3, 5.0, -5.0])
def test_shifts_are_those_of_any_affine_transformation(image, axis, amount):
    def affine(transform):
        return tf.raw_ops.ImageProjectiveTransformV3(
            images=image[None],
            transforms=[[*map(float, transform), 0.0, 0.0]],
            output_shape=image.shape[:2],
            fill_value=128.0,
            interpolation="BILINEAR",
            fill_mode="CONSTANT",
        )[0]

    pixels = amount * image.shape[axis]
    moved = [1, 0, pixels, 0, 1, 0] if axis else [1, 0, 0, 0, 1, pixels]
    found = shifts.translate(tf.constant(image), tf.constant(pixels), axis)
    np.testing.assert_allclose(found, affine(moved), atol=0.01)
    middle = amount / 2
    moved = [1, amount, middle, 0, 1, 0] if axis else [1, 0, 0, amount, 1, middle]
    found = shifts.shear(tf.constant(image), tf.constant(amount), axis)
    np.testing.assert_allclose(found, affine(moved), atol=0.01)
