"""Wrong names of arguments, answered with the right one."""

import difflib
import functools
import inspect
from collections.abc import Callable, Collection

# What other libraries call it, where no likeness of letters tells.
ELSEWHERE = {
    "num_classes": "classes",
    "num_labels": "classes",
    "pretrained": "weights",
    "checkpoint": "weights",
    "img_size": "input_shape",
    "image_size": "input_shape",
    "image_shape": "input_shape",
    "in_chans": "input_shape",
    "global_pool": "pooling",
    "activation": "classifier_activation",
    "embed_dim": "hidden_dim",
    "hidden_size": "hidden_dim",
    "depth": "num_layers",
    "num_hidden_layers": "num_layers",
    "mlp_ratio": "mlp_dim",
    "intermediate_size": "mlp_dim",
    "drop_rate": "dropout_rate",
    "proj_drop_rate": "dropout_rate",
    "attn_drop_rate": "attention_dropout_rate",
    "drop_path": "drop_path_rate",
    "init_values": "layer_scale_init",
    "reg_tokens": "num_register_tokens",
}


def names_the_right_one(function: Callable, settled: Collection[str] = ()) -> Callable:
    """Let a function answer an unknown keyword with the argument that was meant.

    Args:
        function: whose signature tells the arguments.
        settled: names of arguments that the function does not take, as it has chosen
            their values.
    """
    known = inspect.signature(function).parameters

    @functools.wraps(function)
    def checked(*args, **kwargs):
        for name in kwargs:
            if name not in known:
                raise TypeError(_message(function.__name__, name, known, settled))
        return function(*args, **kwargs)

    return checked


def _message(function, name, known, settled) -> str:
    meant = name if name in settled else _meant(name, [*known, *settled])
    message = f"{function}() has no argument `{name}`."
    if meant in settled:
        return (
            f"{message} `{meant}` is what makes a {function} what it is: use "
            "VisionTransformer or SwinTransformer for a model of any size."
        )
    if meant is not None:
        return f"{message} Did you mean `{meant}`?"
    return f"{message} It takes {', '.join(known)}."


def _meant(name, known) -> str | None:
    elsewhere = ELSEWHERE.get(name)
    if elsewhere in known:
        return elsewhere
    return next(iter(difflib.get_close_matches(name, known, n=1)), None)
