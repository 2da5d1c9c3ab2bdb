"""What both builders begin and end with."""

import keras
import numpy as np

from keras_vit.arguments import check_positive, is_integer
from keras_vit.layers.composite import one_piece


def image_input(input_tensor, input_shape, dtype):
    """The tensor that a model starts from."""
    if input_tensor is None:
        return keras.Input(input_shape, dtype=dtype, name="image")
    if isinstance(input_tensor, keras.KerasTensor):
        return input_tensor
    return keras.Input(tensor=input_tensor, name="image")


def check_input_shape(input_shape) -> tuple[int, int, int]:
    """Three positive ints in the order of `keras.config.image_data_format()`."""
    order = "(height, width, channels)"
    if keras.config.image_data_format() == "channels_first":
        order = "(channels, height, width)"
    shape = tuple(input_shape)
    if len(shape) != 3 or not all(is_integer(side) and side > 0 for side in shape):
        raise ValueError(
            f"`input_shape` should be {order}, three positive ints without the batch "
            f"axis. Received: input_shape={input_shape}"
        )
    return shape


def check_input(input_tensor, input_shape):
    """The image shape that a model is built for, from either argument."""
    if input_tensor is None:
        return check_input_shape(input_shape)
    return check_input_shape(tuple(input_tensor.shape)[1:])


def normalized(image, mean_std):
    """Pixels from 0 to 255 become (pixel / 255 - mean) / std, channel by channel."""
    mean, std = (255 * np.asarray(values, "float64") for values in mean_std)
    channels = image.shape[-1]
    if mean.size not in (1, channels):
        raise ValueError(
            f"`include_preprocessing=True` has a mean and std for {mean.size} channels."
            f" Received: images of {channels} channels. Use such images, or normalize "
            "them in the data pipeline and leave include_preprocessing=False."
        )
    return keras.layers.Normalization(
        mean=mean.tolist(),
        variance=np.square(std).tolist(),
        dtype="float32",
        name="preprocessing",
    )(image)


def channels_last(image):
    """One transpose at the entry; all layers work on channels last."""
    if keras.config.image_data_format() == "channels_first":
        return keras.layers.Permute((2, 3, 1), name="channels_last")(image)
    return image


def embedding_dropout(x, rate, dtype):
    """Dropout on the embedded patches; not worth recomputing in a `RematScope`."""
    with one_piece():
        dropout = keras.layers.Dropout(rate, dtype=dtype, name="embedding_dropout")
    return dropout(x)


def classifier(x, classes, activation, kernel_initializer):
    """The head. It stays in float32 under mixed precision, as softmax needs."""
    with one_piece():
        head = keras.layers.Dense(
            classes,
            activation=activation,
            kernel_initializer=kernel_initializer,
            dtype="float32",
            name="head",
        )
    return head(x)


def check_top(include_top: bool, classes) -> None:
    """With a classifier there should be classes."""
    if include_top and (not is_integer(classes) or classes < 1):
        raise ValueError(
            "`include_top=True` builds a classifier and needs `classes` of at least 1."
            f" Received: classes={classes!r}. Use include_top=False for a model "
            "without classifier."
        )


def finish(image, outputs, input_tensor, name) -> keras.Model:
    """A functional model from the very first input to the outputs."""
    inputs = image
    if input_tensor is not None:
        inputs = keras.utils.get_source_inputs(image)
        inputs = inputs[0] if len(inputs) == 1 else inputs
    with one_piece():  # under a RematScope the blocks are recomputed, not the model
        return keras.Model(inputs, outputs, name=name)


def drop_path_rates(rate: float, count: int) -> list[float]:
    """From 0 in the first block to `rate` in the last (arXiv 1603.09382)."""
    check_positive(blocks=count)
    return [float(r) for r in np.linspace(0.0, rate, count)]
