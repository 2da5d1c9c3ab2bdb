"""`load_weights`: from a tag, a repository or a path to a model with those weights."""

import warnings
from pathlib import Path

import keras

from keras_vit.arguments import check_choice, pair
from keras_vit.models.arguments import source as read_source
from keras_vit.weights.assign import carry_out, make_plan
from keras_vit.weights.fitting import PATCH_KERNEL
from keras_vit.weights.formats import read_checkpoint
from keras_vit.weights.geometry import Geometry, describe
from keras_vit.weights.key_maps import Matched, detect_format, match_names
from keras_vit.weights.key_maps.key_map import KeyMap
from keras_vit.weights.position_fitting import Origin
from keras_vit.weights.report import LoadReport
from keras_vit.weights.sources import locate


def load_weights(
    model: keras.Model,
    source: str | Path,
    *,
    variant: str | None = None,
    source_grid: tuple[int, int] | None = None,
    source_window: int | tuple[int, int] | None = None,
    bias_resize: str = "bicubic",
    verbose: bool = False,
) -> LoadReport:
    """Load published or saved weights into a model, strictly by name.

    Positions, patch kernels and bias tables are resized to the model, in NumPy; a
    head of another size is left as it is. Whatever else does not meet is an error,
    and the model then keeps the weights that it had.

    Args:
        model: A ViT or Swin of this package, of any size.
        source: A tag of `list_weights()`; `"hf://organisation/repository"`, with
            `@revision` and `/file` if wished; or the path of a `.safetensors`,
            `.npz`, `.pth`, `.bin`, `.weights.h5` or `.keras` file, or of a folder
            that `save_pretrained` has filled.
        variant: Name of the variant whose tag is meant, as in `"ViTB16"`; found by
            the model's sizes if None.
        source_grid: `(rows, columns)` of the checkpoint's patches, needed where it was
            trained on images that are not square.
        source_window: `window_size` of the checkpoint's Swin, needed where it is not
            square, or where a `.weights.h5` file of this package goes into a model of
            another window, since such files do not tell theirs.
        bias_resize: How bias tables grow to a larger Swin window: `"bicubic"`
            (Microsoft) or `"log_spaced"` (timm).
        verbose: Whether to print the report.

    Returns:
        A `LoadReport`: what was loaded, resized, left fresh and ignored.

    Raises:
        ValueError: If the source cannot be had or read, or belongs to another model.

    Example:
    ```python
    import os
    import tempfile

    import keras_vit

    path = os.path.join(tempfile.mkdtemp(), "small.weights.h5")
    sizes = dict(hidden_dim=24, num_layers=1, num_heads=3, mlp_dim=48, patch_size=8)
    saved = keras_vit.VisionTransformer(input_shape=(32, 32, 3), classes=5, **sizes)
    saved.save_weights(path)

    model = keras_vit.VisionTransformer(input_shape=(32, 48, 3), classes=2, **sizes)
    report = keras_vit.load_weights(model, path)
    assert list(report.resized) == ["position_embedding/embedding"]
    assert sorted(report.fresh) == ["head/bias", "head/kernel"]
    ```
    """
    check_choice("bias_resize", bias_resize, ("bicubic", "log_spaced"))
    grid = None if source_grid is None else pair(source_grid, "source_grid")
    window = None if source_window is None else pair(source_window, "source_window")
    geometry = describe(model)
    located = locate(read_source(source, "source"), variant, geometry)
    path = str(located.path)
    checkpoint = read_checkpoint(located.path, model)
    key_map = detect_format(checkpoint.tensors, path)
    matched = match_names(checkpoint.tensors, key_map, path)
    check_kind(matched, key_map, geometry, path)
    origin = Origin(
        own=not key_map.family,
        prefixes=prefix_tokens(matched, key_map),
        grid=grid or checkpoint.grid or known_grid(located.image_size, matched),
        window=window,
        windows=checkpoint.windows if window is None else {},
    )
    shapes = {weight.path: tuple(weight.shape) for weight in model.weights}
    plan = make_plan(shapes, matched, geometry, origin, bias_resize, path)
    carry_out(plan, model)
    ignored = {**matched.ignored, **plan.unneeded, **checkpoint.others}
    report = LoadReport(
        file=path,
        format=key_map.name,
        loaded=tuple(name for name in plan.arrays if name not in plan.resized),
        resized=plan.resized,
        fresh=plan.fresh,
        used=tuple(name for name in checkpoint.tensors if name not in ignored),
        ignored=ignored,
        licence=located.licence,
    )
    if located.licence:
        warnings.warn(f"{source}: {located.licence}.", stacklevel=2)
    if verbose:
        print(report)
    return report


def check_kind(
    matched: Matched, key_map: KeyMap, geometry: Geometry, path: str
) -> None:
    """Refuse a file of the other family, of two heads, or with its norm elsewhere."""
    swin = any(name.startswith("stage_") for name in matched.values)
    family = key_map.family or ("Swin" if swin else "ViT")
    if family != geometry.family:
        raise ValueError(
            f"'{path}' holds a {family} ({key_map.name}), and the model is a "
            f"{geometry.family}; its weights stay as they were."
        )
    if matched.distilled_classes and matched.distilled_classes == geometry.classes:
        raise ValueError(
            f"'{path}' is a distilled DeiT, which answers with the mean of two heads; "
            "the model has one, and its weights stay as they were. Build it with "
            "include_top=False or other classes, and num_register_tokens=1 for the "
            "distillation token."
        )
    after = "fc_norm.weight" in matched.names
    foreign = bool(key_map.family) and "norm/gamma" in matched.values
    if foreign and geometry.norm_after_pooling not in (None, after):
        raise ValueError(
            f"'{path}' normalises {'after' if after else 'before'} pooling, and the "
            "model does not; its weights stay as they were. Build it with "
            f"norm_after_pooling={after}" + (" and pooling='avg'." if after else ".")
        )


def prefix_tokens(matched: Matched, key_map: KeyMap) -> tuple[int, ...]:
    """How many prefix tokens may have positions in a file, likeliest first."""
    tokens = matched.values.get("register_tokens/tokens")
    class_tokens = int("class_token/tokens" in matched.values)
    all_tokens = class_tokens + (0 if tokens is None else len(tokens.array))
    if not key_map.family:
        return (all_tokens,)
    if "embeddings.register_tokens" in matched.names:
        return (class_tokens,)
    return tuple(dict.fromkeys((all_tokens, class_tokens, 0)))


def known_grid(
    image_size: tuple[int, int] | None, matched: Matched
) -> tuple[int, int] | None:
    """The grid of a checkpoint of which the size of its images is known."""
    kernel = matched.values.get(PATCH_KERNEL)
    if image_size is None or kernel is None or kernel.array.ndim != 4:
        return None
    rows, columns = kernel.array.shape[:2]
    return image_size[0] // rows, image_size[1] // columns
