"""A public function for each row of the variants' table."""

import inspect
import re
import textwrap

from keras_vit.pretrained import create
from keras_vit.unknown_arguments import names_the_right_one


def variant_function(name: str, row, model, family):
    """Make `ViTB16(...)` of `VisionTransformer(...)` and a row of sizes.

    The row's sizes that weights depend on (`hidden_dim` and the like) are no longer
    arguments; the others get the row's value as default.
    """
    sizes = row._asdict()
    image_size = sizes.pop("image_size")
    of_model = inspect.signature(model)
    arguments = of_model.parameters
    fixed = {
        size: value
        for size, value in sizes.items()
        if arguments[size].default is inspect.Parameter.empty and size != "patch_size"
    }
    defaults = {k: v for k, v in sizes.items() if k not in fixed}
    defaults["name"] = re.sub(r"(ViT|Swin)", r"\1_", name).lower()
    signature = of_model.replace(
        parameters=[
            argument.replace(default=defaults.get(argument.name, argument.default))
            for argument in arguments.values()
            if argument.name not in fixed
        ]
    )

    def application(*args, **kwargs):
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError as error:  # it does not say of which function
            raise TypeError(f"{name}(): {error}") from None
        given = frozenset(bound.arguments)
        bound.apply_defaults()
        return create(
            family,
            {**bound.arguments, **fixed},
            variant=name,
            image_size=image_size,
            given=given,
        )

    application.__name__ = application.__qualname__ = name
    application.__module__ = model.__module__
    application.__signature__ = signature  # type: ignore[attr-defined]
    application.__doc__ = _docstring(name, fixed | defaults, image_size, model, fixed)
    return names_the_right_one(application, settled=fixed)


def _docstring(name, sizes, image_size, model, fixed) -> str:
    """The model's docstring without the arguments that the row has settled."""
    facts = ", ".join(
        f"{k} {v}" for k, v in sizes.items() if k != "name" and v is not None
    )
    facts = textwrap.fill(f"Its sizes: {facts}.", width=84)
    text = inspect.getdoc(model) or ""
    head, _, rest = text.partition("\n\n")
    for argument in fixed:
        rest = re.sub(rf"^    {argument}: .*\n(?:     .*\n)*", "", rest, flags=re.M)
    rest = rest.replace("(224, 224, 3)", f"({image_size}, {image_size}, 3)")
    body, _, _ = rest.partition("Example:")
    return (
        f"{head.removesuffix(' of any size.')} {name}.\n\n{facts}\n\n{body}"
        "Example:\n\n```python\nimport keras_vit\n\n"
        f"model = keras_vit.{name}(classes=5)\n"
        "assert model.output_shape == (None, 5)\n```\n"
    )
