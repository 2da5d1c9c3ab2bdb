"""What both builders begin and end with."""

import keras
import numpy as np

from keras_vit.layers.composite import recomputed_with_the_rest
from keras_vit.layers.pixel_normalization import PixelNormalization
from keras_vit.models.vision_model import VisionModel


def at_least_float32(dtype) -> str:
    """What half precision would spoil: pixels on their way in, scores on theirs out."""
    is_double = keras.dtype_policies.get(dtype).compute_dtype == "float64"
    return "float64" if is_double else "float32"


def image_input(input_tensor, input_shape, dtype):
    """The tensor that a model starts from."""
    if input_tensor is None:
        return keras.Input(input_shape, dtype=dtype, name="image")
    return input_tensor


def normalized(image, mean_std, dtype):
    """Pixels from 0 to 255 become (pixel / 255 - mean) / std, channel by channel."""
    mean, std = (255 * np.asarray(values, "float64") for values in mean_std)
    channels = image.shape[-1]
    if mean.size not in (1, channels):
        raise ValueError(
            f"`include_preprocessing=True` has a mean and std for {mean.size} channels."
            f" Received: images of {channels} channels. Use such images, or normalize "
            "them in the data pipeline and leave include_preprocessing=False."
        )
    return PixelNormalization(
        mean=mean.tolist(),
        variance=np.square(std).tolist(),
        dtype=at_least_float32(dtype),
        name="preprocessing",
    )(image)


def channels_last(image):
    """One transpose at the entry; all layers work on channels last."""
    if keras.config.image_data_format() != "channels_first":
        return image
    permute = keras.layers.Permute((2, 3, 1), dtype=image.dtype, name="channels_last")
    return permute(image)


def embedding_dropout(x, rate, dtype):
    """Dropout on the embedded patches; not worth recomputing in a `RematScope`."""
    with recomputed_with_the_rest():
        dropout = keras.layers.Dropout(rate, dtype=dtype, name="embedding_dropout")
    return dropout(x)


def classifier(x, classes, activation, kernel_initializer, dtype):
    """The head. It stays in float32 in half and mixed precision, as softmax needs."""
    with recomputed_with_the_rest():
        head = keras.layers.Dense(
            classes,
            activation=activation,
            kernel_initializer=kernel_initializer,
            dtype=at_least_float32(dtype),
            name="head",
        )
    return head(x)


def check_top(include_top: bool, classes) -> None:
    """With a classifier there should be classes."""
    if include_top and not classes:
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
    # Under a RematScope the blocks are recomputed, not the model.
    with recomputed_with_the_rest():
        return VisionModel(inputs, outputs, name=name)


def drop_path_rates(rate: float, count: int) -> list[float]:
    """From 0 in the first block to `rate` in the last (arXiv 1603.09382)."""
    return [float(r) for r in np.linspace(0.0, rate, count)]
