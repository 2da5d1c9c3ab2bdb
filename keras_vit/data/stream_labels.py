"""Labels and weights that come with a tf.data.Dataset, checked as they come."""

from collections.abc import Callable

import tensorflow as tf

from keras_vit.data.source import CLASS, NUMBER, VECTOR, check_label, required

Check = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]

EXPECTED = (
    "Expected a label to be a whole number, the class; a name, with class_names; a "
    "vector of 0 and 1, several classes; or a float or a vector of floats, numbers to "
    "regress."
)


def stream_label(
    spec: tf.TensorSpec, num_classes: int | None, class_names: tuple | None
) -> tuple[str, int | None, Check]:
    """Return what a stream's labels are, their classes, and a check of each.

    Returns:
        CLASS, VECTOR or NUMBER; the number of classes, if known; and a function from
        (label, name of the element) to the label as the pipeline has it.

    Raises:
        ValueError: If they are no labels.
    """
    shape, dtype = spec.shape, spec.dtype
    if shape.rank not in (0, 1) or None in shape.as_list():
        raise ValueError(
            f"{EXPECTED} Received labels of shape {shape}. A map with "
            "tf.ensure_shape(label, ()) tells tf.data a shape that it does not know."
        )
    is_one = shape.rank == 0 or (shape[0] == 1 and not dtype.is_floating)
    if dtype == tf.string and is_one:
        return CLASS, num_classes, _by_name(class_names)
    if (dtype.is_integer or dtype.is_bool) and is_one:
        return (
            CLASS,
            num_classes,
            lambda label, name: check_label(
                tf.cast(tf.reshape(label, ()), tf.int64), num_classes, name
            ),
        )
    if (dtype.is_integer or dtype.is_bool or dtype.is_floating) and not is_one:
        return VECTOR, *_vector(shape[0], dtype, num_classes)
    if dtype.is_floating:
        if num_classes is not None:
            raise ValueError(
                "Labels that are floats are numbers to regress, which have no classes. "
                f"Received num_classes={num_classes} and labels of type {dtype.name}. "
                "Classes are whole numbers: tf.cast(label, tf.int64)."
            )
        return NUMBER, None, _finite
    raise ValueError(
        f"{EXPECTED} Received labels of shape {shape} and type {dtype.name}."
    )


def stream_weight(spec: tf.TensorSpec) -> Check:
    """Return a check of each sample weight.

    Raises:
        ValueError: If they are no weights.
    """
    fits = spec.shape.rank is not None and spec.shape.as_list() in ([], [1])
    is_number = spec.dtype.is_integer or spec.dtype.is_floating or spec.dtype.is_bool
    if not fits or not is_number:
        raise ValueError(
            "Expected a sample weight to be one number. Received sample weights of "
            f"shape {spec.shape} and type {spec.dtype.name}."
        )

    def check(weight: tf.Tensor, name: tf.Tensor) -> tf.Tensor:
        weight = tf.cast(tf.reshape(weight, ()), tf.float32)
        problem = "has the sample weight {}. Expected a number of at least 0."
        fits = tf.math.is_finite(weight) & (weight >= 0.0)
        return required(weight, fits, name, problem)

    return check


def _by_name(class_names: tuple | None) -> Check:
    if class_names is None:
        raise ValueError(
            "Labels that are texts need class_names, the names of all classes in the "
            "order of their numbers: a tf.data.Dataset does not tell them."
        )
    known = ", ".join(class_names[:10]) + (", ..." if len(class_names) > 10 else "")

    def check(label: tf.Tensor, name: tf.Tensor) -> tf.Tensor:
        label = tf.reshape(label, ())
        same = tf.equal(label, tf.constant(class_names))
        problem = f"has the label {{}}. Expected one of class_names: {known}."
        label = required(label, tf.reduce_any(same), name, problem)
        with tf.control_dependencies([label]):
            return tf.argmax(same)

    return check


def _vector(
    length: int, dtype: tf.DType, num_classes: int | None
) -> tuple[int | None, Check]:
    if num_classes not in (None, length):
        raise ValueError(
            f"Expected labels of several classes to be vectors of {num_classes}, as "
            f"num_classes is {num_classes}. Received labels of shape ({length},)."
        )
    if dtype.is_floating:
        return length, _finite

    def check(label: tf.Tensor, name: tf.Tensor) -> tf.Tensor:
        label = tf.cast(label, tf.float32)
        problem = (
            "has the label {}. Expected 0 or 1 for each of several classes; numbers to "
            "regress are floats: tf.cast(label, tf.float32)."
        )
        fits = tf.reduce_all((label == 0.0) | (label == 1.0))
        return required(label, fits, name, problem)

    return length, check


def _finite(label: tf.Tensor, name: tf.Tensor) -> tf.Tensor:
    label = tf.cast(label, tf.float32)
    problem = "has the label {}. Expected finite numbers."
    return required(label, tf.reduce_all(tf.math.is_finite(label)), name, problem)
