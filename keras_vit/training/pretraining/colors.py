"""The mean color of a patch as one of a few classes.

Appendix B.1.2 of https://arxiv.org/abs/2010.11929 predicts "the 3-bit, mean color
(i.e., 512 colors in total)" and names no quantiser. Ours: the mean of pixels of 0 to
255, channel by channel, in `2 ** bits` steps of equal width; the first channel counts
least in the class.
"""

from keras import ops


def color_classes(mean_colors, bits: int):
    """Classes `(B, N)` of mean colors `(B, N, C)` from 0 to 255."""
    levels = 2**bits
    steps = ops.floor(mean_colors * (levels / 256))
    steps = ops.cast(ops.clip(steps, 0, levels - 1), "int32")
    weights = [levels**channel for channel in range(mean_colors.shape[-1])]
    return ops.sum(steps * ops.convert_to_tensor(weights, "int32"), axis=-1)


def class_colors(classes, bits: int, channels: int):
    """The middle of each class, `(B, N, C)` from 0 to 255."""
    levels = 2**bits
    classes = ops.cast(classes, "int32")
    steps = [classes // levels**channel % levels for channel in range(channels)]
    return (ops.cast(ops.stack(steps, axis=-1), "float32") + 0.5) * (256 / levels)
