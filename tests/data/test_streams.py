import numpy as np
import pytest
import tensorflow as tf

from keras_vit.data import image_batches


def stream(images, labels):
    return tf.data.Dataset.from_tensor_slices((images, labels))


def test_pairs_and_dictionaries_are_alike(pictures, labels):
    pairs = stream(pictures, labels)
    named = pairs.map(lambda image, label: {"label": label, "image": image, "id": 1})
    for source in (pairs, named):
        batches = image_batches(source, image_size=(13, 17), batch_size=11)
        assert len(batches) == 1
        images, found = next(batches.as_numpy_iterator())
        np.testing.assert_allclose(images, pictures / 127.5 - 1, atol=1e-6)
        np.testing.assert_array_equal(found, labels)


def test_a_generator_of_unknown_length_and_sizes(pictures):
    def generate():
        for rows in (5, 7, 11):
            yield pictures[0, :rows].astype("float32"), [1]

    specs = tf.TensorSpec((None, None, None)), tf.TensorSpec((1,), tf.int32)
    source = tf.data.Dataset.from_generator(generate, output_signature=specs)
    images, found = next(iter(image_batches(source, image_size=6)))
    assert images.shape == (3, 6, 6, 3)
    assert found.numpy().tolist() == [1, 1, 1]


def test_a_stream_without_end_trains(pictures, labels):
    source = stream(pictures, labels).repeat()
    batches = image_batches(source, image_size=5, training=True, batch_size=7)
    assert next(iter(batches.skip(3)))[0].shape == (7, 5, 5, 3)


@pytest.mark.parametrize("cache", [True, False])
@pytest.mark.parametrize("bad", [7, -1])
def test_a_label_out_of_range_names_element_and_label(pictures, labels, bad, cache):
    labels = np.where(np.arange(11) == 3, bad, labels)
    batches = image_batches(
        stream(pictures, labels), image_size=8, num_classes=5, cache=cache
    )
    message = rf"Element 3 .* label {bad}\. Expected a label from 0 to 4"
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        list(batches)


def test_values_out_of_range_name_the_element(pictures, labels):
    images = pictures.astype("float32")
    images[2] -= 300
    batches = image_batches(stream(images, labels), image_size=8)
    with pytest.raises(tf.errors.InvalidArgumentError, match="Element 2 .* 0 to 255"):
        list(batches)


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda d: d.batch(2), r"dataset\.unbatch\(\)"),
        (lambda d: d.map(lambda x, y: (x[0], y)), r"shape \(17, 3\)"),
        (lambda d: d.map(lambda x, y: (x, y, y, y)), "image, label, sample weight"),
        (lambda d: d.map(lambda x, y: {"image": x, "target": y}), "keys 'image'"),
        (lambda d: d.map(lambda x, y: {"label": y}), "keys 'image'"),
        (lambda d: d.map(lambda x, y: (x, [[y]])), r"labels of shape \(1, 1\)"),
        (lambda d: d.map(lambda x, y: (x, tf.range(y))), r"tf.ensure_shape\(label"),
        (lambda d: d.map(lambda x, y: (x, tf.complex(1.0, 1.0))), "type complex64"),
        (lambda d: d.map(lambda x, y: (x, tf.as_string(y))), "need class_names"),
        (lambda d: d.map(lambda x, y: (x, y, "heavy")), "weights of .* type string"),
        (lambda d: d.map(lambda x, y: (x, y, [1.0, 2.0])), r"weights of shape \(2,\)"),
        (lambda d: d.map(lambda x, y: (x, tf.RaggedTensor.from_tensor([[y]]))), "keys"),
        (lambda d: d.map(lambda x, y: (tf.image.encode_png(x), y)).batch(2), "unbatch"),
        (lambda d: d.map(lambda x, y: (tf.as_string(x), y)), "type string"),
        (lambda d: d.map(lambda x, y: (x[..., :2], y)), "2 channels"),
        (lambda d: d.take(0), "empty"),
    ],
)
def test_other_elements_are_refused(pictures, labels, change, message):
    with pytest.raises(ValueError, match=message):
        image_batches(change(stream(pictures, labels)), image_size=8)


def test_one_hot_labels_need_the_number_of_classes(pictures, labels):
    with pytest.raises(ValueError, match="need num_classes"):
        image_batches(stream(pictures, labels), image_size=8, one_hot=True)
