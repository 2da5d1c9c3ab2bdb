"""Low-rank adaptation: small matrices learn what the large ones should change.

    x W  becomes  x (W + alpha / rank * A B),  A of (in, rank), B of (rank, out)

https://arxiv.org/abs/2106.09685. W stays, A begins at random and B at zero.
"""

from collections.abc import Sequence

import keras

from keras_vit.arguments import integer, items, number
from keras_vit.layers.block import PreNormBlock
from keras_vit.layers.freezing import inner_layers
from keras_vit.training.freezing import (
    all_but_the_head,
    layers_in_order,
    set_trainable,
)

TARGETS = ("attention", "mlp", "query", "key", "value")


def enable_lora(
    model: keras.Model,
    rank: int = 4,
    *,
    alpha: float | None = None,
    targets: str | Sequence[str] = ("attention", "mlp"),
) -> None:
    """Let small matrices beside the blocks' large ones, and the head, learn alone.

    [LoRA](https://arxiv.org/abs/2106.09685) by Keras's own `Dense.enable_lora`, in
    every block of a ViT or a Swin: a matrix of (in, out) gets `rank * (in + out)` more
    numbers, which are trained, and it, its bias and all else but the head are frozen.
    The model computes what it did before, until it is trained. Compile it afterwards.

    A `.keras` file holds the sums and no small matrices: the same predictions. What is
    loaded is an ordinary model, to which `enable_lora` can be applied again.

    Args:
        model: a ViT or Swin of this package, or a model around one, built. What is no
            part of it counts as the head and stays as it is, trained or not.
        rank: int, columns of A and rows of B.
        alpha: float above 0; what is learned is added `alpha / rank` times. None is
            `rank`: once.
        targets: which matrices: `"attention"` (query, key, value and output) and
            `"mlp"` (both), or some of the attention's: `"query"`, `"key"`, `"value"`.

    Raises:
        ValueError: if an argument is not as described, the model has no such matrices,
            or it has LoRA already. It is then as it was.

    Example:

    ```python
    import keras_vit

    model = keras_vit.ViTTi16(input_shape=(32, 32, 3), classes=5)
    keras_vit.training.enable_lora(model, rank=4, targets=("query", "value"))
    paths = [v.path for v in model.trainable_variables]
    assert len(paths) == 12 * 2 * 2 + 2  # blocks, matrices, A and B; and the head
    assert "encoder_block_0/attention/query/lora_kernel_a" in paths
    ```
    """
    rank = integer(rank, "rank")
    if alpha is not None and not number(alpha, "alpha") > 0:
        raise ValueError(f"`alpha` should be above 0. Received: alpha={alpha!r}")
    names = _checked(targets)
    has_lora = adapted_layers(model)
    if has_lora:
        raise ValueError(
            f"'{model.name}' has LoRA already, in {len(has_lora)} layers such as "
            f"'{has_lora[0].path}'. Go on with `merge_lora(model)`, which gives back a "
            "model without it."
        )
    blocks = {block: _matrices(block, names) for block in _blocks(model)}
    if not any(blocks.values()):
        raise ValueError(
            "`model` should hold a ViT or a Swin of this package that is built, in "
            "whose blocks `keras.layers.Dense` can be adapted. Received: "
            f"'{model.name}' with {len(blocks)} blocks, none of which has one at "
            f"targets={targets!r}."
        )
    _freeze(model, blocks)
    for matrix in (matrix for matrices in blocks.values() for matrix in matrices):
        matrix.enable_lora(rank, lora_alpha=alpha)
    # What was compiled of the model goes without.
    model.train_function = model.test_function = model.predict_function = None


def _checked(targets) -> set[str]:
    names = (targets,) if isinstance(targets, str) else items(targets)
    if not names or not all(isinstance(n, str) and n in TARGETS for n in names):
        raise ValueError(
            f"`targets` should be some of {', '.join(map(repr, TARGETS))}. Received: "
            f"targets={targets!r}"
        )
    return set(names)


def adapted_layers(layer) -> list[keras.layers.Layer]:
    """Find what has LoRA within a layer or a model."""
    return [i for i in _within(layer) if getattr(i, "lora_enabled", False)]


def _blocks(model) -> list[PreNormBlock]:
    return [inner for inner in _within(model) if isinstance(inner, PreNormBlock)]


def _matrices(block, names: set[str]) -> list[keras.layers.Dense]:
    """Dense layers of a block that one of the names leads to."""
    return [
        layer
        for path, layer, _ in inner_layers(block)
        if isinstance(layer, keras.layers.Dense) and names & set(path.split("/"))
    ]


def _freeze(model, blocks) -> None:
    """Freeze all but the head and, in the blocks, what leads to a matrix."""
    for around in (model, *_within(model)):
        is_model = isinstance(around, keras.Model) and _blocks(around)
        if is_model and not around.trainable:  # nothing in it would be trained
            set_trainable(around, True)
    for layer in all_but_the_head(list(layers_in_order(model))):
        if not isinstance(layer, keras.Model):
            set_trainable(layer, False)
    for block, matrices in blocks.items():
        set_trainable(block, bool(matrices))
        for inner in _within(block):
            if not {inner, *_within(inner)} & set(matrices):
                inner.trainable = False
        for variable in block.weights:
            variable.trainable = False


def _within(layer) -> list[keras.layers.Layer]:
    return [inner for _, inner, _ in inner_layers(layer)]
