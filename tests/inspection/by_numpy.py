"""ViT and Swin in NumPy, from the weights of a model, without the package's code.

Everything is on the plane: Swin's attention is one matrix over all places of the padded
map, with a mask that says who may attend to whom.
"""

import math

import keras
import numpy as np

_erf = np.vectorize(math.erf)


def weights_of(model):
    """Float64 arrays by path, without the model's own name."""
    return {
        weight.path: keras.ops.convert_to_numpy(weight).astype("float64")
        for weight in model.weights
    }


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


class Forward:
    """One pass that keeps what it meets: `tokens` after blocks, `scores`, `answer`.

    To each block's scores is added what `added` has for the block, in its order.
    """

    def __init__(self, model, epsilon, added=()):
        self.weights, self.epsilon, self.added = weights_of(model), epsilon, [*added]
        self.tokens, self.scores, self.between, self.padded = [], [], [], []

    def dense(self, x, name):
        y = x @ self.weights[f"{name}/kernel"]
        return y + self.weights.get(f"{name}/bias", 0)

    def norm(self, x, name):
        centered = x - x.mean(axis=-1, keepdims=True)
        x = centered / np.sqrt(
            np.square(centered).mean(-1, keepdims=True) + self.epsilon
        )
        return x * self.weights[f"{name}/gamma"] + self.weights[f"{name}/beta"]

    def heads(self, x, name, count):
        """(B, N, D) -> (B, heads, N, d)."""
        x = self.dense(x, name)
        return np.moveaxis(x.reshape(*x.shape[:2], count, -1), 2, 1)

    def attention(self, x, name, count, bias=0.0):
        query, key, value = (
            self.heads(x, f"{name}/{part}", count) for part in ("query", "key", "value")
        )
        scores = softmax(
            query @ np.swapaxes(key, -1, -2) / query.shape[-1] ** 0.5 + bias
        )
        weights = scores + self.added.pop(0) if self.added else scores
        joined = np.moveaxis(weights @ value, 1, 2).reshape(x.shape)
        return self.dense(joined, f"{name}/output"), scores

    def mlp(self, x, name):
        hidden = self.dense(self.norm(x, f"{name}/mlp_norm"), f"{name}/mlp/hidden")
        hidden = hidden * 0.5 * (1 + _erf(hidden / 2**0.5))
        return self.dense(hidden, f"{name}/mlp/output")


def patches_of(images, patch):
    """(B, H, W, C) -> (B, rows, columns, pixels), zeros where the image ends."""
    count, height, width, channels = images.shape
    rows, columns = -(-height // patch[0]), -(-width // patch[1])
    full = np.zeros((count, rows * patch[0], columns * patch[1], channels))
    full[:, :height, :width] = images
    cut = np.empty((count, rows, columns, patch[0] * patch[1] * channels))
    for row in range(rows):
        for column in range(columns):
            at = full[
                :,
                row * patch[0] : (row + 1) * patch[0],
                column * patch[1] : (column + 1) * patch[1],
            ]
            cut[:, row, column] = at.reshape(count, -1)
    return cut


def vit(model, images, patch, heads, blocks=2, added=()):
    """A ViT with a class token, learned positions and logits of that token."""
    forward = Forward(model, 1e-6, added)
    x = forward.dense(patches_of(images, patch), "patch_embedding/projection")
    x = x.reshape(len(images), -1, x.shape[-1])
    first = np.broadcast_to(forward.weights["class_token/tokens"], x[:, :1].shape)
    x = np.concatenate([first, x], axis=1)
    x = x + forward.weights["position_embedding/embedding"]
    for number in range(blocks):
        name = f"encoder_block_{number}"
        normed = forward.norm(x, f"{name}/attention_norm")
        attended, scores = forward.attention(normed, f"{name}/attention", heads)
        x = x + attended
        x = x + forward.mlp(x, name)
        forward.tokens.append(x)
        forward.scores.append(scores)
    forward.answer = forward.dense(forward.norm(x, "norm")[:, 0], "head")
    return forward


def may_attend(size, window, shift):
    """Which place of a padded map may attend to which, and the offset between them.

    Windows start at `shift`, and what stands before the first and after the last one
    shares a window without attending: (P, P) booleans, (P, P, 2) offsets.
    """
    rows, columns = np.indices(size).reshape(2, -1)
    groups, inside = [], []
    for at, side, step, by in zip((rows, columns), size, window, shift, strict=True):
        rolled = (at - by) % side
        groups.append(np.stack([rolled // step, at < by]))
        inside.append(rolled % step)
    groups, inside = np.concatenate(groups), np.stack(inside)
    same = (groups[:, :, None] == groups[:, None, :]).all(axis=0)
    return same, np.moveaxis(inside[:, :, None] - inside[:, None, :], 0, -1)


def swin(model, images, patch, heads, window, depths, added=()):
    """A Swin whose every other block is shifted, and whose head reads the mean.

    `scores` are on the plane, `(B, heads, P, P)`, padding left out; `between` has the
    size of the map in each block; `padded` the scores with padding, and which places of
    theirs are no padding.
    """
    forward = Forward(model, 1e-5, added)
    x = forward.dense(patches_of(images, patch), "patch_embedding/projection")
    x = forward.norm(x, "patch_norm")
    for stage, depth in enumerate(depths):
        if stage:
            x = merged(forward, x, f"stage_{stage}_patch_merging")
        for block in range(depth):
            name = f"stage_{stage}_block_{block}"
            sides = [min(w, s) for w, s in zip(window, x.shape[1:3], strict=True)]
            shift = [w // 2 if block % 2 else 0 for w in window]
            for axis in (0, 1):
                shift[axis] *= sides[axis] < x.shape[1 + axis]
            x = x + on_plane(forward, x, name, heads[stage], sides, shift)
            x = x + forward.mlp(x, name)
            forward.tokens.append(x)
            forward.between.append(x.shape[1:3])
    forward.answer = forward.dense(forward.norm(x, "norm").mean(axis=(1, 2)), "head")
    return forward


def on_plane(forward, x, name, heads, window, shift):
    count, height, width, channels = x.shape
    padded = [-(-s // w) * w for s, w in zip((height, width), window, strict=True)]
    plane = np.zeros((count, *padded, channels))
    plane[:, :height, :width] = forward.norm(x, f"{name}/attention_norm")
    real = np.zeros(padded, bool)
    real[:height, :width] = True
    real = real.reshape(-1)
    allowed, offsets = may_attend(padded, window, shift)
    name = f"{name}/window_attention"
    table = forward.weights[f"{name}/relative_position_bias_table"]
    rows, columns = (offsets[..., axis] + window[axis] - 1 for axis in (0, 1))
    index = np.where(allowed, rows * (2 * window[1] - 1) + columns, 0)
    bias = np.where(allowed, np.moveaxis(table[index], -1, 0), -np.inf)
    tokens = plane.reshape(count, -1, channels)
    attended, scores = forward.attention(tokens, f"{name}/attention", heads, bias)
    forward.scores.append(scores[:, :, real][..., real])
    forward.padded.append((scores, np.flatnonzero(real)))
    return attended[:, real].reshape(x.shape)


def merged(forward, x, name):
    count, height, width, channels = x.shape
    full = np.zeros((count, height + height % 2, width + width % 2, channels))
    full[:, :height, :width] = x
    parts = [full[:, r::2, c::2] for r, c in ((0, 0), (1, 0), (0, 1), (1, 1))]
    joined = forward.norm(np.concatenate(parts, axis=-1), f"{name}/norm")
    return forward.dense(joined, f"{name}/reduction")


def merging_matrix(size):
    """(P after, P before): each place is the mean of what it was merged of."""
    rows, columns = size
    after = (-(-rows // 2), -(-columns // 2))
    matrix = np.zeros((after[0] * after[1], rows * columns))
    for row in range(rows):
        for column in range(columns):
            matrix[row // 2 * after[1] + column // 2, row * columns + column] = 1
    return matrix / matrix.sum(axis=1, keepdims=True)


def small_vit_by_numpy(model, images):
    """`tests.models.small.small_vit`."""
    return vit(model, images, (3, 2), 3)


def small_swin_by_numpy(model, images):
    """`tests.models.small.small_swin`."""
    return swin(model, images, (2, 2), (1, 3), (3, 4), (2, 2))


BY_NUMPY = {"vit": small_vit_by_numpy, "swin": small_swin_by_numpy}
