"""What Keras's callbacks remember, as facts and arrays."""

from typing import Any

import keras

# Beside what they were made with. Those with none work by epoch or optimizer alone.
REMEMBERED: dict[str, tuple[str, ...]] = {
    "EarlyStopping": ("wait", "stopped_epoch", "best", "best_weights", "best_epoch"),
    "ReduceLROnPlateau": ("best", "wait", "cooldown_counter"),
    "ModelCheckpoint": (
        "best",
        "epochs_since_last_save",
        "_batches_seen_since_last_saving",
        "_last_batch_seen",
        "_current_epoch",
    ),
    "History": ("epoch", "history"),
    "LearningRateScheduler": (),
    "SwapEMAWeights": (),
    "TerminateOnNaN": (),
}


def check_callback(callback: Any) -> None:
    """It should be one of the above, or say itself what it remembers."""
    if _says_itself(callback) or _attributes(callback) is not None:
        return
    raise ValueError(
        f"`callbacks` should be those of Keras ({', '.join(REMEMBERED)}), or have "
        "methods `get_state()` and `set_state(state)` of numbers, texts, lists and "
        f"arrays. Received: {callback!r}"
    )


def state_of(callback: Any) -> Any:
    """What a callback remembers."""
    if _says_itself(callback):
        return callback.get_state()
    names = _attributes(callback) or ()
    return {name: getattr(callback, name) for name in names if hasattr(callback, name)}


def set_state(callback: Any, state: Any) -> None:
    """Let a callback remember what `state_of` gave."""
    if _says_itself(callback):
        callback.set_state(state)
        return
    for name, value in state.items():
        setattr(callback, name, value)


def _says_itself(callback) -> bool:
    return hasattr(callback, "get_state") and hasattr(callback, "set_state")


def _attributes(callback) -> tuple[str, ...] | None:
    """Also of a subclass of Keras's."""
    for name, attributes in REMEMBERED.items():
        if isinstance(callback, getattr(keras.callbacks, name)):
            return attributes
    return None


def packed(value: Any, arrays: dict[str, Any]) -> Any:
    """A value as JSON can hold it; arrays go into `arrays`, by name."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        return [packed(item, arrays) for item in value]
    if isinstance(value, dict):
        pairs = [[key, packed(item, arrays)] for key, item in value.items()]
        return {"dict": pairs}
    array = keras.ops.convert_to_numpy(value)
    if array.ndim == 0:
        return array.item()
    name = f"callback_{len(arrays)}"
    arrays[name] = array
    return {"array": name}


def unpacked(value: Any, arrays: dict[str, Any]) -> Any:
    """What `packed` was given; tuples as lists."""
    if isinstance(value, list):
        return [unpacked(item, arrays) for item in value]
    if isinstance(value, dict):
        if "array" in value:
            return arrays[value["array"]]
        return {key: unpacked(item, arrays) for key, item in value["dict"]}
    return value
