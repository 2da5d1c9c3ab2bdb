"""From the arguments of a public function to a model with its weights."""

import warnings
from collections.abc import Callable, Collection

import keras

from keras_vit.weights import WeightsPlan, load_weights, plan_weights


def create(
    build: Callable[..., keras.Model],
    arguments: dict,
    *,
    mean_std: tuple,
    variant: str | None = None,
    image_size: int = 224,
    given: Collection[str] = (),
) -> keras.Model:
    """Build a model as its weights ask for, and load them.

    Args:
        build: `build_vit` or `build_swin`.
        arguments: all arguments of the public function.
        mean_std: (mean, std) to preprocess with where the weights name none.
        variant: name of the variant, or None for a model of any size.
        image_size: pixels of the image's sides where nothing else tells.
        given: names of the arguments that the caller gave: weights change the others.
    """
    arguments = dict(arguments)
    weights = arguments.pop("weights")
    preprocesses = arguments.pop("include_preprocessing")
    plan = plan_weights(variant, weights, _image_shape(arguments, None))
    arguments |= {k: v for k, v in plan.build.items() if k not in given}
    arguments["input_shape"] = _image_shape(arguments, plan.input_size or image_size)
    mean_std = plan.mean_std or mean_std
    model = build(**arguments, mean_std=mean_std if preprocesses else None)
    if plan.source is not None:
        report = load_weights(model, plan.source, variant=variant)
        _warn_of_fresh_head(report, plan, arguments, "classes" in given)
    return model


def _image_shape(arguments, size):
    if arguments["input_tensor"] is not None:
        return tuple(arguments["input_tensor"].shape)[1:]
    if arguments["input_shape"] is not None or size is None:
        return arguments["input_shape"]
    if keras.config.image_data_format() == "channels_first":
        return (3, size, size)
    return (size, size, 3)


def _warn_of_fresh_head(report, plan: WeightsPlan, arguments, classes_given) -> None:
    """A random classifier should surprise nobody."""
    if not classes_given and any(name.startswith("head/") for name in report.fresh):
        classes = plan.info.classes if plan.info else 0
        warnings.warn(
            f"The classifier of {arguments['classes']} classes starts afresh: the "
            f"weights {plan.source!r} have "
            + (f"{classes} classes" if classes else "none of that size")
            + ". Give `classes` to choose, or include_top=False.",
            stacklevel=4,
        )
