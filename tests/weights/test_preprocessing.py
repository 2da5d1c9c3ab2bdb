"""Pixels become what the weights expect; predictions get names."""

import keras
import numpy as np
import pytest

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
