"""What is not installed is named, with the command that installs it."""

import importlib
import sys

import pytest

import keras_vit.data


@pytest.mark.parametrize(
    "package, use",
    [
        ("tensorflow", lambda: importlib.reload(keras_vit.data)),
        ("tensorflow_datasets", lambda: keras_vit.data.class_names("cifar10")),
        (
            "sklearn.datasets",
            lambda: keras_vit.data.image_batches("digits", image_size=8),
        ),
    ],
)
def test_a_missing_package(monkeypatch, package, use):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImportError, match=r'pip install "keras-vit-swin\[data\]"'):
        use()


def test_beside_a_tpu_tensorflow_need_not_be_the_whole(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(ImportError, match=r'\[images\]" tensorflow-cpu$'):
        importlib.reload(keras_vit.data)
