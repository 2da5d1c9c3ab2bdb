"""From the arguments of a public function to a model with its weights."""

import inspect
import warnings
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

import keras

from keras_vit.arguments import pair
from keras_vit.models.arguments import Reader, image_shape
from keras_vit.weights import WeightsPlan, load_weights, plan_weights


class Family(NamedTuple):
    """What the ViTs have in common, or the Swins."""

    build: Callable[..., keras.Model]
    readers: Mapping[str, Reader]  # of each argument of the public function
    mean_std: tuple  # to preprocess with where the weights name none


def create(
    family: Family,
    arguments: dict,
    *,
    variant: str | None = None,
    image_size: int = 224,
    given: Collection[str] = (),
) -> keras.Model:
    """Build a model as its weights ask for, and load them.

    Args:
        family: of the model.
        arguments: all arguments of the public function, as the user gave them.
        variant: name of the variant, or None for a model of any size.
        image_size: pixels of the image's sides where nothing else tells.
        given: names of the arguments that the caller gave: weights change the others.
    """
    arguments = {
        name: family.readers[name](value, name) for name, value in arguments.items()
    }
    weights = arguments.pop("weights")
    preprocesses = arguments.pop("include_preprocessing")
    if variant is None:
        given = _changed(family, arguments)
    shape = _image_shape(arguments, None)
    plan = plan_weights(variant, weights, shape, arguments, given)
    arguments |= {k: v for k, v in plan.build.items() if k not in given}
    arguments["input_shape"] = _image_shape(arguments, plan.input_size or image_size)
    if arguments["head_initializer"] is None:
        arguments["head_initializer"] = "zeros" if weights else "glorot_uniform"
    mean_std = plan.mean_std or family.mean_std
    model = family.build(**arguments, mean_std=mean_std if preprocesses else None)
    if plan.source is not None:
        report = load_weights(model, plan.source, variant=plan.variant)
        _warn_of_fresh_head(report, plan, arguments, "classes" in given)
    return model


def _changed(family: Family, arguments) -> set[str]:
    """Names of the arguments that are not as the builder has them by default."""
    builder = inspect.signature(family.build).parameters

    def differs(value, default) -> bool:  # a symbolic image cannot be compared
        return value is not None if default is None else value != default

    return {
        name
        for name, value in arguments.items()
        if name not in builder
        or builder[name].default is inspect.Parameter.empty
        or differs(value, family.readers[name](builder[name].default, name))
    }


def _image_shape(arguments, size):
    shape, tensor = arguments["input_shape"], arguments["input_tensor"]
    if tensor is not None:
        of_tensor = image_shape(tuple(tensor.shape)[1:], "input_tensor.shape[1:]")
        if shape not in (None, of_tensor):
            raise ValueError(
                "`input_shape` and `input_tensor` should have one size. Received: "
                f"input_shape={shape}, and a tensor of images of {of_tensor}. Leave "
                "one of them out."
            )
        return of_tensor
    if shape is not None or size is None:
        return shape
    rows, columns = pair(size, "input_size")
    if keras.config.image_data_format() == "channels_first":
        return (3, rows, columns)
    return (rows, columns, 3)


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
