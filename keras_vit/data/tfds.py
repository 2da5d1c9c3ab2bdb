"""A TensorFlow Datasets set by name, as a source."""

import difflib
import re
from types import ModuleType
from typing import Any

import numpy as np
import tensorflow as tf

from keras_vit.data.caching import digest
from keras_vit.data.folder_errors import nearby
from keras_vit.data.source import Source, check_label, check_num_classes
from keras_vit.data.splits import check_split_names, parse_split
from keras_vit.data.tfds_download import prepare

COMMUNITIES = ("huggingface", "kaggle")  # "huggingface:mnist"


def tfds_source(
    name: str,
    split: str = "train",
    num_classes: int | None = None,
    shuffle: bool = False,
    seed: int | None = None,
) -> Source:
    """Return the source for a split of a TFDS set, downloaded first if need be.

    Records are the encoded images as they lie on the disk, small enough to shuffle.

    Raises:
        ImportError: If tensorflow_datasets is not installed.
        ValueError: If the set, its split, or a picture and a label in it do not exist,
            or if it cannot be downloaded.
    """
    tfds = import_tfds()
    builder = find_builder(tfds, name)
    image_key, label_key = _keys(tfds, builder, name)
    prepare(builder, name)
    parts = parse_split(split)
    check_split_names(parts, sorted(builder.info.splits), f"The TFDS set {name}")
    classes = builder.info.features[label_key].num_classes
    classes = check_num_classes(num_classes, classes, f"the TFDS set {name}")
    decoders = tfds.decode.PartialDecoding(
        {image_key: True, label_key: True},
        decoders={image_key: tfds.decode.SkipDecoding()},
    )
    elements = builder.as_dataset(
        split=split,
        decoders=decoders,
        shuffle_files=shuffle,
        # Caching and prefetching are done once, by image_batches.
        read_config=tfds.ReadConfig(
            shuffle_seed=seed, try_autocache=False, skip_prefetch=True
        ),
    )

    def record(index: tf.Tensor, element: dict) -> tuple[tuple, tf.Tensor]:
        label = check_label(element[label_key], classes, _name(name, index))
        return (index, element[image_key]), label

    return Source(
        records=elements.enumerate().map(record),
        load=lambda item: item[1],
        name=lambda item: _name(name, item[0]),
        num_classes=classes,
        record_bytes=_record_bytes(builder),
        is_encoded=True,
        identity=lambda: digest(builder.info.full_name, str(builder.data_dir), split),
    )


def tfds_class_names(name: str) -> tuple[str, ...]:
    """Return the class names of a TFDS set. Nothing is downloaded for it."""
    tfds = import_tfds()
    builder = find_builder(tfds, name)
    return tuple(builder.info.features[_keys(tfds, builder, name)[1]].names)


def import_tfds() -> ModuleType:
    """Import tensorflow_datasets, or say how to install it."""
    try:
        import tensorflow_datasets as tfds
    except ImportError as error:
        raise ImportError(
            "Data sets by name come from tensorflow_datasets, which is not installed: "
            'pip install "keras-vit-swin[data]"'
        ) from error
    return tfds


def find_builder(tfds: ModuleType, name: str) -> Any:
    """Return the builder of a set such as "cifar10" or "oxford_flowers102:2.1.1"."""
    try:
        return tfds.builder(name)
    except Exception as error:  # of many types, down to those of a network
        known = tfds.list_builders(with_community_datasets=False)
        stem = re.split(r"[:/]", name)[0]
        if stem in known or stem in COMMUNITIES:  # but not that version or config
            reason = " ".join(str(error).split())[:300]
            problem = f"The TFDS set {name!r} cannot be opened: {reason}"
        else:
            close = difflib.get_close_matches(stem, known)
            sets = f"Did you mean {' or '.join(map(repr, close))}? " if close else ""
            problem = (
                f"There is no TFDS set and no folder named {name!r}. Sets: {sets}All "
                "are listed at https://www.tensorflow.org/datasets/catalog, and "
                f"'digits' needs no download. Folders: {nearby(name)}"
            )
        raise ValueError(problem) from error


def _name(name: str, index: tf.Tensor) -> tf.Tensor:
    return tf.strings.format(f"Element {{}} of the TFDS set {name}", index)


def _keys(tfds: ModuleType, builder: Any, name: str) -> tuple[str, str]:
    """Return the names of the picture and of the label among the features."""
    features = builder.info.features
    pair = builder.info.supervised_keys or ("image", "label")
    known = len(pair) == 2 and all(str(key) in features for key in pair)
    image, label = (features[key] for key in pair) if known else (None, None)
    is_image = (
        isinstance(image, tfds.features.Image) and np.dtype(image.np_dtype) == np.uint8
    )
    if not is_image or not isinstance(label, tfds.features.ClassLabel):
        raise ValueError(
            f"The TFDS set {name!r} has no pair of a picture and a class. It has the "
            f"features {', '.join(features)}. Load it with tfds.load, map it to "
            "(image, label), and pass that."
        )
    return pair


def _record_bytes(builder: Any) -> int | None:
    examples = builder.info.splits.total_num_examples
    return builder.info.dataset_size // examples if examples else None
