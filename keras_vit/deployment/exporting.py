"""A model becomes a file for another runtime, and is held against it."""

import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_vit.arguments import flag, items, pair
from keras_vit.deployment import parity
from keras_vit.deployment.class_name_output import add_class_names
from keras_vit.deployment.formats import check_precision, format_of, writer_of
from keras_vit.deployment.precisions import lower
from keras_vit.deployment.report import ExportReport, size_of
from keras_vit.deployment.runtimes import RUNTIMES
from keras_vit.deployment.served import served
from keras_vit.deployment.writing import write
from keras_vit.layers import PatchEmbedding
from keras_vit.layers.freezing import inner_layers
from keras_vit.training import resize

TOLERANCE = 1e-5  # of float32, as a fraction of the largest output


def export(
    model: keras.Model,
    path: str | Path,
    format: str | None = None,
    *,
    precision: str = "float32",
    preprocessing: Any = None,
    class_names: Any = None,
    any_size: bool = False,
    images: np.ndarray | None = None,
) -> ExportReport:
    """Write a model for another runtime, open it there, and compare the two.

    From any backend: what only TensorFlow or PyTorch writes is written by a process of
    that backend, which has to be installed. The batch is free. Input and output are
    named `images` and `predictions`, a SavedModel's signature `serving_default`. What
    was at the path is replaced once the new file has passed.

    | format | file | written by | precisions |
    |---|---|---|---|
    | `"tf_saved_model"` | a folder | TensorFlow | float32 |
    | `"onnx"` | .onnx | PyTorch or TensorFlow | float32, float16, int8 |
    | `"litert"` | .tflite | TensorFlow | float32, float16, int8 |
    | `"openvino"` | .xml and .bin | PyTorch or TensorFlow | float32, float16 |
    | `"torch"` | .pt2 | PyTorch | float32 |

    Args:
        model: functional or Sequential, with one input of images. One of mixed or half
            precision is exported in float32.
        path: of the file, or of a SavedModel's folder.
        format: as above; None takes it from the path's ending.
        precision: `"float16"` and `"int8"` are made by ONNX Runtime's and AI Edge's own
            quantizers and by OpenVINO; int8 quantizes the matrices, and activations as
            they come.
        preprocessing: None, the file takes what the model takes. Otherwise it takes
            uint8 pixels, RGB, 0 to 255, of the model's size: True normalizes them as
            the ViT paper, or leaves that to a model of `include_preprocessing=True`; a
            tag of `keras_vit.list_weights()` as those weights expect; or give a pair
            (mean, std) for pixels of 0 to 1.
        class_names: one str a class. The file carries them, and a SavedModel and an
            ONNX file have one more output, `class_name`, of the likeliest; see
            `keras_vit.deployment.read_class_names`.
        any_size: bool. True leaves height and width free, for a ViT with learned
            positions, which are resized as it runs; written by TensorFlow.
        images: array to compare with, as the file takes them; None is six parts of two
            photographs.

    Returns:
        An `ExportReport`: sizes, the largest difference, how often the likeliest class
        is the same.

    Raises:
        ValueError: for arguments that do not fit, and for a float32 file whose outputs
            differ by more than 1e-5 of the largest.
        ImportError: if a package is missing, with its name.
        RuntimeError: if the other process fails, with what it said.

    Example (needs ONNX Runtime, and writes a file):

    ```python no-run
    import keras_vit

    model = keras_vit.ViTB16(weights="augreg_in21k_ft_in1k")
    print(keras_vit.export(model, "vit.onnx", preprocessing="augreg_in21k_ft_in1k"))
    ```
    """
    target = Path(path)
    kind = format_of(target, format)
    check_precision(kind, precision)
    free = flag(any_size, "any_size")
    backend = writer_of(kind, precision, free)
    whole = served(model, preprocessing)
    names = _names(class_names, whole)
    given = None if images is None else _images(images, whole, free)
    target.parent.mkdir(parents=True, exist_ok=True)
    # Beside its place: renaming is all or nothing within one disk.
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".export") as folder:
        new = Path(folder) / target.name
        start = time.perf_counter()
        write(whole, new, kind, backend, free, names)
        if precision != "float32":
            lower(new, kind, precision)
        if names is not None:
            add_class_names(new, kind, names)
        seconds = time.perf_counter() - start
        difference, agreement, count = _compare(whole, new, kind, given, free)
        if precision == "float32" and not difference <= TOLERANCE:
            raise ValueError(
                f"The {kind} file differs from '{model.name}' by {difference:.1e} of "
                f"the largest output; up to {TOLERANCE:.0e} is expected of float32. "
                f"Nothing was written to '{target}'. Compare a part of the model to "
                "find the layer, or export to another format."
            )
        size = size_of(new)
        _move(Path(folder), target)
    weights = 4 * whole.count_params()  # bytes
    return ExportReport(
        path=target,
        format=kind,
        precision=precision,
        runtime=RUNTIMES[kind][0],
        difference=difference,
        agreement=agreement,
        images=count,
        size=size,
        size_ratio=size / max(weights, 1),
        seconds=seconds,
    )


def _names(class_names, model) -> list[str] | None:
    if class_names is None:
        return None
    names = items(class_names)
    shape = tuple(model.output.shape) if not isinstance(model.output, list) else ()
    classes = shape[-1] if len(shape) == 2 else None
    if len(names) != classes or not all(isinstance(name, str) for name in names):
        raise ValueError(
            "`class_names` should be one str for each column of the predictions, "
            f"{classes}. Received: {len(names)} of them"
        )
    return list(map(str, names))


def _images(images, model, any_size: bool) -> np.ndarray:
    array = np.asarray(images)
    entry = model.inputs[0]
    own = slice(3, None) if any_size else slice(1, None)  # the axes that are fixed
    fits = array.shape[own] == tuple(entry.shape)[own]
    if array.ndim != 4 or not len(array) or not fits:
        raise ValueError(
            f"`images` should be as the file takes them, (batch, {entry.shape[1:]}) of "
            f"{entry.dtype}. Received: shape {array.shape}"
        )
    return array.astype(entry.dtype)


def _compare(model, path, kind, given, any_size):
    """Difference, agreement, and of how many images; of two sizes if any will do."""
    if not any_size:
        height, width = model.inputs[0].shape[1:3]
        images = parity.photographs(model, (height, width)) if given is None else given
        return *parity.compare(model, path, kind, images), len(images)
    results = []
    for images in [given] if given is not None else _of_two_sizes(model):
        resized = resize(model, pair(images.shape[1:3], "images"))
        results.append((*parity.compare(resized, path, kind, images), len(images)))
    differences, agreements, counts = zip(*results, strict=True)
    return max(differences), float(np.mean(agreements)), sum(counts)


def _of_two_sizes(model):
    """Photographs of a size that is not square, and of the model's own."""
    height, width = model.inputs[0].shape[1:3]
    rows, columns = _patch_size(model)
    for size in ((height + 2 * rows, width - columns or columns), (height, width)):
        yield parity.photographs(model, size)


def _patch_size(model) -> tuple[int, int]:
    found = [x for _, x, _ in inner_layers(model) if isinstance(x, PatchEmbedding)]
    return found[0].patch_size


def _move(folder: Path, target: Path) -> None:
    """Put what was written in its place; an older SavedModel is removed first."""
    for new in folder.iterdir():
        place = target.with_name(new.name)
        if place.is_dir():
            shutil.rmtree(place)
        new.replace(place)
