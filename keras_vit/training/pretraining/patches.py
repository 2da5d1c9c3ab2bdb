"""Images as rows of patches and back, and what is known of each patch.

B batch, H height, W width, C channels, (P, Q) patch, N patches.
"""

from keras import ops

EPSILON = 1e-6  # MAE's, added to a patch's variance


def to_patches(images, patch_size: tuple[int, int]):
    """Cut images into patches, row by row: `(B, H, W, C)` to `(B, N, P * Q * C)`.

    Pixels lie as they do in the kernel of `PatchEmbedding`.
    """
    (rows, columns), (_, height, width, channels) = patch_size, images.shape
    down, across = height // rows, width // columns
    x = ops.reshape(images, (-1, down, rows, across, columns, channels))
    x = ops.transpose(x, (0, 1, 3, 2, 4, 5))  # (B, down, across, P, Q, C)
    return ops.reshape(x, (-1, down * across, rows * columns * channels))


def to_images(patches, grid_size: tuple[int, int], patch_size: tuple[int, int]):
    """Join patches again: `(B, N, P * Q * C)` to `(B, H, W, C)`."""
    (down, across), (rows, columns) = grid_size, patch_size
    channels = patches.shape[-1] // (rows * columns)
    x = ops.reshape(patches, (-1, down, across, rows, columns, channels))
    x = ops.transpose(x, (0, 1, 3, 2, 4, 5))  # (B, down, P, across, Q, C)
    return ops.reshape(x, (-1, down * rows, across * columns, channels))


def mean_and_deviation(patches):
    """Of the numbers of each patch `(B, N, K)`, both `(B, N, 1)`.

    The variance is MAE's: by K - 1, and a millionth more.
    """
    mean = ops.mean(patches, axis=-1, keepdims=True)
    squares = ops.sum(ops.square(patches - mean), axis=-1, keepdims=True)
    variance = squares / (patches.shape[-1] - 1)
    return mean, ops.sqrt(variance + EPSILON)
