"""Pixels become what the weights expect; predictions get names."""

import keras
import numpy as np
import pytest

import keras_vit
from keras_vit.weights import decode_predictions, preprocess_input

IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


@pytest.fixture
def images():
    return np.random.default_rng(1).integers(0, 256, (2, 31, 47, 3)).astype("uint8")


@pytest.mark.parametrize("kind", ["array", "tensor"])
def test_normalisation(images, kind):
    given = images if kind == "array" else keras.ops.convert_to_tensor(images)
    mean, std = map(np.asarray, IMAGENET)
    known = (images / 255.0 - mean) / std
    x = keras.ops.convert_to_numpy(preprocess_input(given, "ms_in1k", "SwinT"))
    np.testing.assert_allclose(x, known, atol=1e-5)
    x = keras.ops.convert_to_numpy(preprocess_input(given, "augreg_in1k"))
    np.testing.assert_allclose(x, images / 127.5 - 1.0, atol=1e-5)


def test_resize_and_crop_is_pillows(images):
    """Shorter side to size / 0.9 by bicubic, then the centre, as timm does."""
    Image = pytest.importorskip("PIL.Image")
    x = preprocess_input(images, "augreg_in21k_ft_in1k", "ViTB16", image_size=18)
    assert x.shape == (2, 18, 18, 3)
    resized = np.stack(
        [np.asarray(Image.fromarray(i).resize((30, 20), Image.BICUBIC)) for i in images]
    )
    known = resized[:, 1:19, 6:24] / 127.5 - 1.0
    assert np.abs(x - known).max() < 4 / 127.5  # Pillow rounds twice


def test_inside_a_tf_data_map(images):
    tf = pytest.importorskip("tensorflow")
    data = tf.data.Dataset.from_tensors(images)
    data = data.map(lambda x: preprocess_input(x, "augreg_in1k"))
    x = next(data.as_numpy_iterator())
    np.testing.assert_allclose(x, images / 127.5 - 1.0, atol=1e-5)


def test_bad_input(images):
    with pytest.raises(
        ValueError, match=r"channels last. Received: shape \(2, 31, 47\)"
    ):
        preprocess_input(images[..., 0], "augreg_in1k")
    with pytest.raises(ValueError, match="`image_size` resizes NumPy arrays"):
        tensor = keras.ops.convert_to_tensor(images)
        preprocess_input(tensor, "augreg_in1k", image_size=16)
    with pytest.raises(ValueError, match="no weights with the tag 'nothing'"):
        preprocess_input(images, "nothing")


def test_decode_predictions(monkeypatch):
    """The names are Keras's own; what it cannot name is refused before."""
    predictions = np.zeros((2, 1000), "float32")
    predictions[0, 7], predictions[1, 997] = 0.7, 0.9

    def decode(scores, top):
        return [[(f"n{row.argmax()}", "name", row.max())][:top] for row in scores]

    utilities = keras.applications.imagenet_utils
    monkeypatch.setattr(utilities, "decode_predictions", decode)
    given = keras.ops.convert_to_tensor(predictions)
    first, second = decode_predictions(given, top=1)
    assert first[0][:2] == ("n7", "name")
    assert second[0][0] == "n997"
    with pytest.raises(ValueError, match=r"shape \(2, 21841\)"):
        decode_predictions(np.zeros((2, 21841)))

    def fail(scores, top):
        raise Exception("URL fetch failure")

    monkeypatch.setattr(utilities, "decode_predictions", fail)
    with pytest.raises(ValueError, match="class names could not be fetched"):
        decode_predictions(predictions)


def test_default_is_the_papers(images):
    """From -1 to 1, as `include_preprocessing=True` prepares images without weights."""
    x = preprocess_input(images)
    np.testing.assert_allclose(x, images / 127.5 - 1.0, atol=1e-6)
    sizes = {"hidden_dim": 6, "num_layers": 1, "num_heads": 1, "mlp_dim": 6}
    options = {"patch_size": 8, "include_top": False, "input_shape": (24, 40, 3)}
    plain = keras_vit.VisionTransformer(**sizes, **options)
    inside = keras_vit.VisionTransformer(**sizes, **options, include_preprocessing=True)
    inside.set_weights(plain.get_weights())
    cut = images[:, :24, :40]
    known = inside.predict(cut, verbose=0)
    np.testing.assert_allclose(
        plain.predict(preprocess_input(cut), verbose=0), known, atol=1e-4
    )


@pytest.mark.parametrize(
    ("variant", "std"), [("ViTTi16", 0.5), ("SwinT", 0.229), ("ViTS14", 0.229)]
)
def test_a_variant_alone_means_its_imagenet_weights(images, variant, std):
    """DINOv2 has no such classifier, but all its weights expect the same."""
    x = preprocess_input(images, variant=variant)
    step = (x[0, 0, 0, 0] - x[1, 1, 1, 0]) * std * 255
    known = float(images[0, 0, 0, 0]) - float(images[1, 1, 1, 0])
    np.testing.assert_allclose(step, known, atol=1e-3)


def test_imagenet_needs_a_variant(images):
    with pytest.raises(ValueError, match="another checkpoint for each: name the var"):
        preprocess_input(images, "imagenet")
    np.testing.assert_array_equal(
        preprocess_input(images, "imagenet", "SwinT"),
        preprocess_input(images, "ms_in1k", "SwinT"),
    )


@pytest.mark.parametrize("kind", [list, tuple, "nested lists", "pictures", "tensors"])
def test_lists_of_images(images, kind):
    known = preprocess_input(images)
    if kind == "nested lists":
        given = images.tolist()
    elif kind == "pictures":
        Image = pytest.importorskip("PIL.Image")
        given = [Image.fromarray(image) for image in images]
    elif kind == "tensors":
        given = [keras.ops.convert_to_tensor(image) for image in images]
    else:
        given = kind(images)
    np.testing.assert_array_equal(preprocess_input(given), known)


def test_images_of_several_sizes(images):
    given = [images[0], images[1, :20]]
    message = r"several sizes: \(31, 47, 3\), \(20, 47, 3\)"
    with pytest.raises(ValueError, match=message):
        preprocess_input(given)
    size = np.array([12, 16])
    x = preprocess_input(given, image_size=size)
    assert x.shape == (2, 12, 16, 3)
    known = preprocess_input(images[1, :20], image_size=(12, 16))
    np.testing.assert_array_equal(x[1], known)
    assert preprocess_input(images, image_size=np.int64(9)).shape == (2, 9, 9, 3)


@pytest.mark.parametrize("kind", ["array", "tensor"])
def test_pixels_from_0_to_1_are_told(images, kind):
    given = (images / 255).astype("float32")
    if kind == "tensor":
        given = keras.ops.convert_to_tensor(given)
    with pytest.raises(ValueError, match="0 to 255. Received: floats.*by 255"):
        preprocess_input(given)
    black = np.zeros((2, 9, 9, 3), "float32")
    assert np.all(preprocess_input(black) == -1)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (np.array([["a"]]), "of numbers"),
        (np.zeros((4, 4, 3), complex), "of numbers"),
        ([], "an empty list"),
        (None, "of numbers"),
        ([np.zeros((4, 4, 3)), "picture.png"], "of numbers"),
        (3, "channels last"),
    ],
)
def test_what_is_no_image(given, message):
    with pytest.raises(ValueError, match=message):
        preprocess_input(given)


@pytest.mark.parametrize("size", [0, 2.5, (1, 2, 3), "224", (16, -1)])
def test_bad_sizes(images, size):
    with pytest.raises(ValueError, match="`image_size` should be"):
        preprocess_input(images, image_size=size)


def test_top_as_numpy_gives_it(monkeypatch):
    utilities = keras.applications.imagenet_utils
    monkeypatch.setattr(utilities, "decode_predictions", lambda scores, top: top)
    assert decode_predictions(np.zeros((1, 1000)).tolist(), top=np.int64(3)) == 3
    for top in (0, -1, 2.5, "all"):
        with pytest.raises(ValueError, match="`top` should be"):
            decode_predictions(np.zeros((1, 1000)), top=top)
    with pytest.raises(ValueError, match=r"shape \(1000,\); expected \(batch, 1000\)"):
        decode_predictions(np.zeros(1000))
