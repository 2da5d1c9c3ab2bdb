"""What `finetune` is given to train on, as `model.fit` takes it."""

from collections.abc import Iterator
from typing import Any

from keras_vit.arguments import integer


def as_fit_takes(train: Any, validation: Any, batch_size: int) -> dict[str, Any]:
    """Read training and validation data.

    Args:
        train: data set of batches, or (images, labels) and perhaps weights.
        validation: the same, or None.
        batch_size: of arrays.

    Returns:
        Arguments of `model.fit`.

    Raises:
        ValueError: if they are neither.
    """
    _check("train", train)
    if validation is not None:
        _check("validation", validation)
    # Of a data set, Keras warns that shuffle=True, its own default, is not heeded.
    arguments: dict[str, Any] = {
        "validation_data": validation,
        "shuffle": _is_arrays(train),
    }
    batch_size = integer(batch_size, "batch_size")
    if _is_arrays(train):
        names = ("x", "y", "sample_weight")
        arguments |= dict(zip(names, train, strict=False)) | {"batch_size": batch_size}
    else:
        arguments["x"] = train
    if _is_arrays(validation):
        arguments["validation_batch_size"] = batch_size
    return arguments


def count_steps(data: dict[str, Any], steps_per_epoch: int | None) -> int:
    """How many batches an epoch has."""
    if steps_per_epoch is not None:
        return integer(steps_per_epoch, "steps_per_epoch")
    if "y" in data:
        return -(-len(data["x"]) // data["batch_size"])
    try:
        return len(data["x"])
    except TypeError:
        raise ValueError(
            "`train` does not know how many batches it has, and the learning rate has "
            f"to. Received: {type(data['x']).__name__}. Give `steps_per_epoch`, or a "
            "data set of known length."
        ) from None


def first_labels(data: dict[str, Any]) -> Any:
    """All labels of arrays, or those of a data set's first batch."""
    if "y" in data:
        return data["y"]
    source = data["x"]
    batch = source[0] if hasattr(source, "__getitem__") else next(iter(source))
    if not isinstance(batch, tuple | list) or len(batch) < 2:
        raise ValueError(
            "`train` should give batches of (images, labels). Received: batches of "
            f"type {type(batch).__name__}, without labels"
        )
    return batch[1]


def _check(name: str, data: Any) -> None:
    if _is_arrays(data):
        lengths = [len(part) for part in data if hasattr(part, "__len__")]
        if len(data) not in (2, 3) or len(lengths) < len(data) or not lengths[0]:
            problem = f"a {type(data).__name__} of {len(data)}"
        elif len(set(lengths)) > 1:
            problem = f"{lengths[0]} images and {lengths[1:]} of what belongs to them"
        else:
            return
    elif isinstance(data, Iterator):
        problem = f"an iterator ({type(data).__name__}), which one epoch uses up"
    elif hasattr(data, "__iter__") and not hasattr(data, "shape"):
        return
    elif hasattr(data, "__getitem__") and not hasattr(data, "shape"):
        return  # a keras.utils.PyDataset
    else:
        problem = f"an object of type {type(data).__name__}"
    raise ValueError(
        f"`{name}` should be batches of (images, labels), as a tf.data.Dataset gives "
        f"them, or (images, labels) arrays. Received: {problem}"
    )


def _is_arrays(data: Any) -> bool:
    return isinstance(data, tuple | list)
