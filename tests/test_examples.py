"""The examples in the docstrings run."""

import inspect
import re
import textwrap

import pytest

import keras_vit
from keras_vit import teaching
from tests.helpers import every_module, without_values

BLOCK = re.compile(r"```python\n(.*?)```", re.S)


def documented():
    """Every public class and function of the package that has a docstring."""
    found = {}
    for module in every_module():
        for name, value in vars(module).items():
            is_ours = getattr(value, "__module__", "").startswith("keras_vit")
            public = inspect.isclass(value) or inspect.isfunction(value)
            if is_ours and public and not name.startswith("_") and value.__doc__:
                found[f"{value.__module__}.{value.__qualname__}"] = value
    return found


EXAMPLES = {
    name: "\n".join(textwrap.dedent(block) for block in BLOCK.findall(text))
    for name, text in ((n, inspect.getdoc(v)) for n, v in documented().items())
    if BLOCK.search(text)
}


def test_every_public_name_has_an_example():
    rooms = (
        keras_vit,
        keras_vit.layers,
        keras_vit.data,
        keras_vit.inspection,
        keras_vit.training,
        teaching,
    )
    for room in rooms:
        for name in room.__all__:
            value = getattr(room, name)
            if callable(value):
                assert "```python" in (value.__doc__ or ""), f"{name} has no example"


VARIANTS = {
    f"keras_vit.applications.{name}" for name in keras_vit.applications.VARIANTS
}


@pytest.fixture
def without_hub(monkeypatch):
    """What would be downloaded is missing at once, not after tries."""
    try:
        from huggingface_hub import constants
    except ImportError:
        return
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)


@pytest.mark.parametrize("name", sorted(set(EXAMPLES) - VARIANTS))
def test_example(name, without_hub):
    if name.startswith("keras_vit.teaching.photographs."):
        pytest.importorskip("skimage", reason="the `tutorials` extra is not installed")
    exec(compile(EXAMPLES[name], name, "exec"), {})


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(VARIANTS))
def test_example_of_a_variant(name):
    # Hundreds of millions of weights: build the model without filling them.
    with without_values():
        exec(compile(EXAMPLES[name], name, "exec"), {})
