"""A model of another image size with the same weights: train small, finish large.

Fixing the train-test resolution discrepancy (https://arxiv.org/abs/1906.06423); section
3.2 of https://arxiv.org/abs/2010.11929 resizes the positions.
"""

import keras
import numpy as np

from keras_vit.arguments import check_choice, flag, pair
from keras_vit.layers import PatchEmbedding
from keras_vit.training.resized_config import resized_config
from keras_vit.training.resized_state import resized_state
from keras_vit.weights.fitting import fit
from keras_vit.weights.geometry import Geometry, describe
from keras_vit.weights.position_fitting import DoesNotFit, Origin


def resize(
    model: keras.Model,
    image_size: int | tuple[int, int],
    *,
    window_size: int | tuple[int, int] | None = None,
    bias_resize: str = "bicubic",
    keep_optimizer: bool = False,
) -> keras.Model:
    """Make a model of another image size with the same weights.

    Positions are resized as in section 3.2 of [An Image is Worth 16x16 Words](
    https://arxiv.org/abs/2010.11929), and bias tables where the windows change, both
    as `keras_vit.load_weights` does. Names, what is frozen, dtype policies and all
    other arguments of the layers stay; the first model stays as it is.

    Args:
        model: a ViT or Swin of this package, or a functional model or Sequential
            around one whose images go into it as they are.
        image_size: int or (height, width), pixels; for a ViT whole patches.
        window_size: int or (rows, columns), of a Swin's windows, such as 12 where it
            finishes at 384 pixels; None keeps what the model was built with.
        bias_resize: how bias tables grow to a larger window: `"bicubic"` (Microsoft)
            or `"log_spaced"` (timm).
        keep_optimizer: bool. True compiles the new model as the old one and resizes the
            optimizer's state too, so that training goes on; False leaves the new model
            to be compiled.

    Returns:
        The new model, of the same class.

    Raises:
        ValueError: if there is no ViT or Swin in the model, the size does not fit its
            patches, its positions belong to one size ("relative" in a ViT), or
            there is no optimizer to keep.

    Example:

    ```python
    import keras_vit

    small = keras_vit.ViTTi16(input_shape=(32, 32, 3), classes=5)
    large = keras_vit.training.resize(small, (48, 64))
    assert large.input_shape == (None, 48, 64, 3)
    assert large.get_layer("position_embedding").embedding.shape == (1 + 3 * 4, 192)
    ```
    """
    sides = pair(image_size, "image_size")
    windows = None if window_size is None else pair(window_size, "window_size")
    check_choice("bias_resize", bias_resize, ("bicubic", "log_spaced"))
    old = _vision_model(model)
    geometry = describe(old)
    if windows is not None and geometry.family != "Swin":
        raise ValueError(
            f"`window_size` is for a Swin. Received: window_size={window_size!r} and "
            f"'{old.name}', a ViT. Leave it out."
        )
    _check_optimizer(model, flag(keep_optimizer, "keep_optimizer"))
    config = resized_config(model, old.get_layer("patch_embedding"), sides, windows)
    resized = type(model).from_config(config)
    new = _vision_model(resized)
    fits = _Fits(old, geometry, describe(new), bias_resize)
    for before, after in zip(model.weights, resized.weights, strict=True):
        array = keras.ops.convert_to_numpy(before)
        array = fits(before.path, array, tuple(after.shape))
        after.assign(np.array(array))  # a copy: JAX would share the array
    if keep_optimizer:
        resized.compile_from_config(model.get_compile_config())
        resized_state(model, resized, fits)
    return resized


class _Fits:
    """Fit what belongs to a variable of one model to its place in another.

    Args:
        model: the ViT or Swin that it comes from.
        old: its geometry.
        new: geometry of the model that it goes to.
        bias_resize: `"bicubic"` or `"log_spaced"`.
    """

    def __init__(self, model, old: Geometry, new: Geometry, bias_resize: str):
        self.names = {layer.name for layer in model.layers}
        self.new, self.bias_resize = new, bias_resize
        self.origin = Origin(
            own=True,
            prefixes=(old.num_prefix_tokens,),
            grid=old.grid,
            windows={name: [window] for name, window in old.windows.items()},
        )

    def __call__(
        self, path: str, array: np.ndarray, shape: tuple[int, ...]
    ) -> np.ndarray:
        """The array for the variable of that path and shape."""
        parts = path.split("/")
        while len(parts) > 1 and parts[0] not in self.names:  # of a model around
            del parts[0]
        try:
            return fit(
                "/".join(parts), array, shape, self.new, self.origin, self.bias_resize
            )[0]
        except DoesNotFit as error:
            raise ValueError(
                f"'{path}' belongs to one size of images and cannot be resized: {error}"
                ". Positions that are learned, or sines and cosines, can be."
            ) from error


def _vision_model(model) -> keras.Model:
    """The ViT or Swin that a model is, or holds."""
    layers = getattr(model, "layers", ())
    if any(isinstance(layer, PatchEmbedding) for layer in layers):
        return model
    inner = [layer for layer in layers if isinstance(layer, keras.Model)]
    if len(inner) != 1:
        raise ValueError(
            "`resize` is for a ViT or a Swin of this package, alone or within one "
            f"functional model or Sequential. Received: {model!r}"
        )
    return _vision_model(inner[0])


def _check_optimizer(model, is_kept: bool) -> None:
    optimizer = getattr(model, "optimizer", None)
    if is_kept and not (model.compiled and optimizer and optimizer.built):
        raise ValueError(
            "`keep_optimizer=True` goes on with the state of the model's optimizer, "
            f"and '{model.name}' has none. Compile it and train it first, or leave "
            "keep_optimizer=False and compile the new model."
        )
