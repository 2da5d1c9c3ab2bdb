"""A tf.data pipeline by hand: tf.image and Keras's image layers, batch by batch."""

from pathlib import Path

from benchmarks.loaders.work import (
    BATCH,
    CLASSES,
    ERASING,
    MEAN,
    MIXUP,
    RAND_AUGMENT,
    SIZE,
    STD,
)

NAME = "tf.data by hand"
DISTRIBUTION = "tensorflow"


def epoch(row: str, folder: str):
    import keras
    import tensorflow as tf

    files = sorted(Path(folder).glob("*/*.jpg"))
    names = sorted({file.parent.name for file in files})
    labels = [names.index(file.parent.name) for file in files]
    dataset = tf.data.Dataset.from_tensor_slices(([str(f) for f in files], labels))
    read = _middle if row == "evaluation" else _random_crop
    if row != "evaluation":
        dataset = dataset.shuffle(len(files))
    dataset = dataset.map(
        lambda file, label: (read(tf.io.read_file(file)), label),
        num_parallel_calls=tf.data.AUTOTUNE,
    ).batch(BATCH, drop_remainder=row != "evaluation")
    layers = _layers(row)
    if layers:
        dataset = dataset.map(
            lambda images, labels: (_apply(layers, images), labels),
            num_parallel_calls=tf.data.AUTOTUNE,
        )
    if row == "RandAugment":
        mix = keras.layers.MixUp(MIXUP)
        dataset = dataset.map(
            lambda images, labels: _mixed(mix, images, tf.one_hot(labels, CLASSES)),
            num_parallel_calls=tf.data.AUTOTUNE,
        )
    scale = 1.0 / (255.0 * tf.constant(STD))
    offset = tf.constant(MEAN) / tf.constant(STD)
    return dataset.map(
        lambda images, labels: (tf.cast(images, "float32") * scale - offset, labels),
        num_parallel_calls=tf.data.AUTOTUNE,
    ).prefetch(tf.data.AUTOTUNE)


def _middle(content):
    import tensorflow as tf

    image = tf.io.decode_jpeg(content, channels=3)
    shape = tf.cast(tf.shape(image)[:2], tf.float32)
    shape = tf.cast(tf.round(shape * SIZE / tf.reduce_min(shape)), tf.int32)
    image = tf.image.resize(image, shape, "bicubic", antialias=True)
    return tf.image.resize_with_crop_or_pad(image, SIZE, SIZE)


def _random_crop(content):
    import tensorflow as tf

    begin, size, _ = tf.image.sample_distorted_bounding_box(
        tf.io.extract_jpeg_shape(content),
        tf.zeros((0, 0, 4)),
        aspect_ratio_range=(3 / 4, 4 / 3),
        area_range=(0.08, 1.0),
        use_image_if_no_bounding_boxes=True,
    )
    window = tf.concat([begin[:2], size[:2]], 0)
    image = tf.io.decode_and_crop_jpeg(content, window, channels=3)
    return tf.image.resize(image, (SIZE, SIZE), "bicubic", antialias=True)


def _layers(row: str) -> list:
    import keras

    if row == "evaluation":
        return []
    layers = [keras.layers.RandomFlip("horizontal")]
    if row == "RandAugment":
        num_ops, magnitude, _ = RAND_AUGMENT
        layers.append(
            keras.layers.RandAugment(
                value_range=(0, 255), num_ops=num_ops, factor=magnitude / 10
            )
        )
        layers.append(keras.layers.RandomErasing(ERASING))
    return layers


def _apply(layers, images):
    for layer in layers:
        images = layer(images, training=True)
    return images


def _mixed(mix, images, labels):
    mixed = mix({"images": images, "labels": labels}, training=True)
    return mixed["images"], mixed["labels"]
