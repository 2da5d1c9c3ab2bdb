import numpy as np
import pytest
import tensorflow as tf

from keras_vit.data.draws import Draws
from keras_vit.data.rand_augment import operations, rand_augment

NAMES = sorted(operations(9, 3))


def in_graph(function, images):
    """Run an operation on each image as the pipeline does: parallel, in graph."""
    dataset = tf.data.Dataset.from_tensor_slices(images).enumerate()
    dataset = dataset.map(
        lambda seed, image: function(image, Draws(seed)), num_parallel_calls=3
    )
    return np.stack(list(dataset.as_numpy_iterator()))


def apply(name, images, magnitude=9):
    operation = operations(magnitude, images.shape[-1])[name]
    return in_graph(lambda x, draws: operation(x[None], draws)[0], images)


@pytest.fixture(scope="module")
def copies():
    """Twelve times the same smooth image (23, 29, 3), float32 in 0 .. 255."""
    rows, columns = np.mgrid[:23, :29]
    image = np.stack([rows * 9, columns * 7, 128 + 60 * np.sin(rows + columns)], -1)
    return np.repeat(image[None].astype("float32"), 12, 0)


@pytest.mark.parametrize("name", NAMES)
def test_each_operation_changes_images_within_range(copies, name):
    changed = apply(name, copies)
    assert changed.shape == copies.shape
    assert changed.min() >= 0 and changed.max() <= 255
    change = np.abs(changed - copies).mean()
    assert change == 0 if name == "identity" else change > 0.1
    fixed = {"identity", "auto_contrast", "equalize", "posterize"}
    distinct = len({image.tobytes() for image in changed})
    assert distinct == 1 if name in fixed else distinct > 6
    np.testing.assert_array_equal(apply(name, copies), changed)


@pytest.mark.parametrize("name", sorted({*NAMES} - {"equalize", "auto_contrast"}))
def test_magnitude_nought_changes_nothing(copies, name):
    np.testing.assert_allclose(apply(name, copies, 0), np.floor(copies), atol=1)


def test_every_name_of_the_paper_is_there():
    assert len(NAMES) == 14
    assert set(NAMES) - set(operations(9, 1)) == {"colour"}


def test_equalize_is_that_of_pillow():
    pillow = pytest.importorskip("PIL.Image")
    from PIL import ImageOps

    rng = np.random.default_rng(0)
    image = np.clip(rng.normal(90, 20, (97, 101, 3)), 0, 255).astype("uint8")
    ours = apply("equalize", image[None].astype("float32"))[0]
    theirs = np.asarray(ImageOps.equalize(pillow.fromarray(image)))
    # Pillow rounds its steps down to whole counts, so they differ by a few levels.
    assert np.abs(ours - theirs).mean() < 4
    assert np.ptp(ours) == 255 and np.ptp(image) < 200


def test_equalize_leaves_one_coloured_images_alone():
    image = np.full((1, 5, 7, 3), 37, "float32")
    np.testing.assert_array_equal(apply("equalize", image), image)


def test_solarize_inverts_the_bright_only(copies):
    changed = apply("solarize", copies)
    inverted = changed != copies
    for image, mask in zip(copies, inverted, strict=True):
        if mask.any():
            assert image[mask].min() >= image[~mask].max() - 1
    np.testing.assert_allclose(changed[inverted], 255 - copies[inverted], atol=1e-3)


def test_operations_are_drawn_for_each_image(copies):
    augment = rand_augment(2, 9, 3)
    first = in_graph(augment, copies)
    assert len({image.tobytes() for image in first}) >= 10
    more = in_graph(augment, np.concatenate([copies, copies]))
    np.testing.assert_array_equal(more[:12], first)
    assert np.abs(more[12:] - first).mean() > 1
