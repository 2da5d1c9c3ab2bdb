"""What may stand beside an image: a class, several, numbers, a name, a weight, nothing.

Each comes through the pipeline, from arrays and from a tf.data.Dataset, and goes into
`fit` and `predict` on the backend at hand.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vit.data import Augmentation, class_names, image_batches

NAMES = ("ant", "bee", "cat", "dog", "emu")
LABELS = np.array([0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 4])
SEVERAL = np.eye(5, dtype=int)[LABELS] | np.eye(5, dtype=int)[LABELS[::-1]]
WEIGHTS = np.linspace(0, 2, 11, dtype="float32")
NUMBERS = np.linspace(-3, 40, 11)
VECTORS = np.stack([NUMBERS, NUMBERS**2, NUMBERS + 1], -1)
SIZE = {"image_size": 8, "batch_size": 4}

# What a user has, the arguments that go with it, and what fit gets.
KINDS = {
    "classes": (LABELS, {}, LABELS),
    "classes in a column": (LABELS[:, None].astype("uint8"), {}, LABELS),
    "yes or no": (LABELS > 2, {}, LABELS > 2),
    "names": (np.array(NAMES)[LABELS], {"class_names": NAMES}, LABELS),
    "bytes": (np.array(NAMES, "S")[LABELS], {"class_names": list(NAMES)}, LABELS),
    "several": (SEVERAL, {}, SEVERAL),
    "several of so many": (SEVERAL > 0, {"num_classes": 5}, SEVERAL),
    "shares": (SEVERAL / SEVERAL.sum(-1, keepdims=True), {}, None),
    "numbers": (NUMBERS, {}, NUMBERS),
    "numbers in a column": (NUMBERS[:, None], {}, NUMBERS[:, None]),
    "vectors": (VECTORS, {}, VECTORS),
}


def arrays(*parts):
    return parts


def stream(*parts):
    return tf.data.Dataset.from_tensor_slices(parts)


def named(*parts):
    keys = ("image", "label", "sample_weight")
    return tf.data.Dataset.from_tensor_slices(dict(zip(keys, parts, strict=False)))


def collect(batches):
    parts = list(batches.as_numpy_iterator())
    return [np.concatenate(column) for column in zip(*parts, strict=True)]


@pytest.mark.slow
@pytest.mark.parametrize("source", [arrays, stream, named])
@pytest.mark.parametrize("kind", KINDS)
def test_labels_come_through_in_order(pictures, source, kind):
    given, options, expected = KINDS[kind]
    expected = given if expected is None else expected
    _, labels = collect(image_batches(source(pictures, given), **SIZE, **options))
    np.testing.assert_allclose(labels, expected, rtol=1e-6)
    assert labels.dtype == (
        np.int64 if labels.ndim == 1 and kind != "numbers" else "f4"
    )


@pytest.mark.slow
@pytest.mark.parametrize("source", [arrays, stream, named])
@pytest.mark.parametrize("kind", ["classes", "names", "vectors"])
def test_weights_come_through_in_order(pictures, source, kind):
    given, options, expected = KINDS[kind]
    expected = given if expected is None else expected
    batches = image_batches(
        source(pictures, given, WEIGHTS), training=True, shuffle_buffer=1, **SIZE,
        seed=0, drop_remainder=False, **options,
    )  # fmt: skip
    _, labels, weights = collect(batches)
    np.testing.assert_allclose(labels, expected, rtol=1e-6)
    np.testing.assert_array_equal(weights, WEIGHTS)
    assert weights.dtype == np.float32


@pytest.mark.parametrize(
    "make", [lambda x: x, lambda x: (x,), lambda x: (x, None), list, tf.constant]
)
def test_images_alone_as_arrays(pictures, make):
    batches = image_batches(make(pictures), image_size=(13, 17), batch_size=4)
    found = np.concatenate(list(batches.as_numpy_iterator()))
    np.testing.assert_allclose(found, pictures / 127.5 - 1, atol=1e-6)


@pytest.mark.parametrize("kind", [arrays, stream, named])
def test_images_alone(pictures, kind):
    batches = image_batches(kind(pictures), image_size=(13, 17), batch_size=4)
    assert len(batches) == 3
    found = np.concatenate(list(batches.as_numpy_iterator()))
    np.testing.assert_allclose(found, pictures / 127.5 - 1, atol=1e-6)
    shuffled = image_batches(
        kind(pictures), training=True, augmentation=Augmentation(random_erasing=0.5),
        **SIZE,
    )  # fmt: skip
    assert next(iter(shuffled)).shape == (4, 8, 8, 3)


def test_encoded_images_of_a_file_of_records(pictures, tmp_path):
    file = str(tmp_path / "images.tfrecord")
    with tf.io.TFRecordWriter(file) as writer:
        for picture, label in zip(pictures, LABELS, strict=True):
            encoded = tf.io.encode_png(picture).numpy()
            features = {
                "png": tf.train.Feature(bytes_list=tf.train.BytesList(value=[encoded])),
                "label": tf.train.Feature(int64_list=tf.train.Int64List(value=[label])),
            }
            example = tf.train.Example(features=tf.train.Features(feature=features))
            writer.write(example.SerializeToString())
    spec = {
        "png": tf.io.FixedLenFeature((), tf.string),
        "label": tf.io.FixedLenFeature((), tf.int64),
    }

    def parse(record):
        example = tf.io.parse_single_example(record, spec)
        return example["png"], example["label"]

    records = tf.data.TFRecordDataset(file).map(parse)
    images, labels = collect(image_batches(records, image_size=(13, 17)))
    np.testing.assert_allclose(images, pictures / 127.5 - 1, atol=1e-6)
    np.testing.assert_array_equal(labels, LABELS)
    encoded = records.map(lambda png, label: png)
    assert next(iter(image_batches(encoded, image_size=5))).shape == (11, 5, 5, 3)


def test_bytes_that_are_no_image_name_the_element(pictures):
    paths = tf.data.Dataset.from_tensor_slices((["some/file.png"], [1]))
    with pytest.raises(tf.errors.InvalidArgumentError, match="Element 0 of the data"):
        list(image_batches(paths, image_size=5))


def model_of(outputs, loss, **options):
    inputs = keras.Input((8, 8, 3))
    flat = keras.layers.Flatten()(inputs)
    model = keras.Model(inputs, keras.layers.Dense(outputs, **options)(flat))
    model.compile("sgd", loss, weighted_metrics=[])
    return model


LOSSES = {
    "classes": (5, "sparse_categorical_crossentropy", {"activation": "softmax"}),
    "names": (5, "sparse_categorical_crossentropy", {"activation": "softmax"}),
    "several": (5, "binary_crossentropy", {"activation": "sigmoid"}),
    "numbers": (1, "mean_squared_error", {}),
    "vectors": (3, "mean_absolute_error", {}),
}


@pytest.mark.parametrize("source, weights", [(arrays, ()), (stream, (WEIGHTS,))])
@pytest.mark.parametrize("kind", LOSSES)
def test_fit_evaluate_and_predict(pictures, kind, source, weights):
    given, options, expected = KINDS[kind]
    outputs, loss, output_options = LOSSES[kind]
    data = source(pictures, given, *weights)
    train = image_batches(data, training=True, seed=0, **SIZE, **options)
    test = image_batches(data, image_size=8, batch_size=11, **options)
    model = model_of(outputs, loss, **output_options)
    model.fit(train, verbose=0, shuffle=False)
    images = next(iter(test))[0].numpy()
    by_hand = model.evaluate(
        images, expected, sample_weight=weights[0] if weights else None,
        batch_size=11, verbose=0,
    )  # fmt: skip
    np.testing.assert_allclose(model.evaluate(test, verbose=0), by_hand, rtol=1e-4)
    alone = image_batches(source(pictures), **SIZE)
    np.testing.assert_allclose(
        model.predict(alone, verbose=0), model.predict(images, verbose=0), atol=1e-4
    )


MIXING = Augmentation(random_erasing=0.5, mixup_alpha=0.4, cutmix_alpha=1.0)


@pytest.mark.parametrize("source, weights", [(stream, ()), (arrays, (WEIGHTS,))])
@pytest.mark.parametrize("kind", ["names", "several", "shares"])
def test_classes_are_mixed(pictures, kind, source, weights):
    given, options, _ = KINDS[kind]
    options = {"num_classes": 5} | options
    train = image_batches(
        source(pictures, given, *weights),
        training=True,
        augmentation=MIXING,
        image_size=8,
        batch_size=11,
        seed=0,
        **options,
    )
    _, labels, *_ = collect(train)
    assert labels.shape == (11, 5) and labels.dtype == np.float32
    assert not np.isin(labels, (0, 1, 0.5)).all()
    loss = "binary_crossentropy" if kind == "several" else "categorical_crossentropy"
    model = model_of(5, loss, activation="softmax")
    fit = model.fit(train, verbose=0, shuffle=False)
    assert np.isfinite(fit.history["loss"]).all()


@pytest.mark.parametrize("source", [arrays, stream])
@pytest.mark.parametrize(
    "parts, options",
    [
        ((NUMBERS,), {"augmentation": MIXING}),
        ((NUMBERS,), {"one_hot": True}),
        ((), {"augmentation": MIXING}),
        ((), {"one_hot": True}),
    ],
)
def test_numbers_and_images_alone_are_not_mixed(pictures, source, parts, options):
    found = "numbers to regress" if parts else "no labels"
    with pytest.raises(ValueError, match=f"Received images with {found}"):
        image_batches(source(pictures, *parts), training=True, **SIZE, **options)


def test_vectors_of_numbers_are_not_mixed(pictures):
    options = {"training": True, "augmentation": MIXING, **SIZE}
    with pytest.raises(ValueError, match="numbers to regress"):
        image_batches((pictures, VECTORS), **options)
    batches = image_batches(stream(pictures, VECTORS), **options)
    with pytest.raises(tf.errors.InvalidArgumentError, match="numbers to regress"):
        list(batches)


def test_rows_of_nought_and_one_are_one_hot_already(pictures):
    _, labels = collect(image_batches((pictures, SEVERAL), one_hot=True, **SIZE))
    np.testing.assert_array_equal(labels, SEVERAL)


@pytest.mark.parametrize("kind", [list, np.array, lambda x: np.array(x, object)])
def test_names_are_found_in_arrays(pictures, kind):
    texts = [NAMES[label] for label in LABELS]
    assert class_names((pictures, kind(texts))) == NAMES
    assert class_names((pictures, kind(texts), WEIGHTS)) == NAMES


@pytest.mark.parametrize("labels", [LABELS, None, NUMBERS, [0, "ant"][:1] * 11])
def test_numbers_have_no_names(pictures, labels):
    with pytest.raises(ValueError, match="whose labels are texts"):
        class_names((pictures, labels))


def test_a_name_that_is_missing(pictures):
    texts = np.array(NAMES)[LABELS]
    options = {"class_names": ("ant", "bee", "dog", "emu"), **SIZE}
    with pytest.raises(ValueError, match="Received 'cat' at index 2, and 1 more"):
        image_batches((pictures, texts), **options)
    batches = image_batches(stream(pictures, texts), **options)
    message = "Element 2 of the data set has the label .*cat.*ant, bee, dog, emu"
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        list(batches)


BAD_IN_A_STREAM = [
    ((SEVERAL * 2,), "Element 0 .* Expected 0 or 1 for each of several classes"),
    ((NUMBERS + np.nan,), "Element 0 .* finite"),
    ((np.full((11, 3), np.inf),), "Element 0 .* finite"),
    ((LABELS, WEIGHTS - 1), r"Element 0 .* sample weight -1"),
    ((LABELS, WEIGHTS + np.nan), "Element 0 .* sample weight -?nan"),
]


@pytest.mark.parametrize("parts, message", BAD_IN_A_STREAM)
def test_bad_values_in_a_stream_name_the_element(pictures, parts, message):
    batches = image_batches(stream(pictures, *parts), **SIZE)
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        list(batches)


@pytest.mark.parametrize(
    "weights, message",
    [
        (WEIGHTS[:7], "11 images and 7 sample weights"),
        (WEIGHTS - 1, r"Received -1.0 at index 0, and 4 more"),
        (VECTORS, r"Received the shape \(11, 3\)"),
        (["heavy"] * 11, "type <U5"),
    ],
)
def test_bad_weights_in_arrays(pictures, weights, message):
    with pytest.raises(ValueError, match=message):
        image_batches((pictures, LABELS, weights), **SIZE)


def test_weights_alone_are_refused(pictures):
    with pytest.raises(ValueError, match="for images that have labels"):
        image_batches((pictures, None, WEIGHTS), **SIZE)


@pytest.mark.parametrize(
    "labels, message",
    [
        (LABELS + 1, "from 1 to 5, but 1 of the 6 classes have no image; .* is 0"),
        (np.where(LABELS == 3, 255, LABELS), "but 251 of the 256 .* is 3"),
    ],
)
def test_labels_that_leave_classes_out_are_pointed_at(pictures, labels, message):
    with pytest.warns(UserWarning, match=message):
        image_batches((pictures, labels), training=True, **SIZE)
    # Said of what a model learns alone, and not of what somebody has counted.
    image_batches((pictures, labels), **SIZE)
    image_batches((pictures, labels), training=True, num_classes=256, **SIZE)
