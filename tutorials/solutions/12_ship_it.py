"""Solutions of the exercises of 12_ship_it."""

import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy as np

import keras_vit

# 1. Predict. int8 keeps a byte a weight of each matrix (the patch embedding is one, too),
# and a float32 a column for its scale; biases, norms, tokens and positions stay in
# float32. Of ViT-B/16:
D, MLP, LAYERS, TOKENS, CLASSES = 768, 3072, 12, 197, 1000
matrices = 16 * 16 * 3 * D + LAYERS * (4 * D * D + 2 * D * MLP) + D * CLASSES
columns = D + LAYERS * (5 * D + MLP) + CLASSES  # each with a scale and a bias
others = LAYERS * 4 * D + 2 * D + D + TOKENS * D  # norms, class token, positions
total = matrices + columns + others
assert abs(total - 86.6e6) < 0.1e6
in_int8 = matrices + 4 * (2 * columns + others)
print(f"ViT-B/16: {4 * total / 1e6:.0f} MB in float32, {in_int8 / 1e6:.0f} MB in int8")
print(f"of them {4 * TOKENS * D / 1e6:.1f} MB are positions, which do not shrink")
assert 0.25 < in_int8 / (4 * total) < 0.26  # a little more than a quarter

# 2. Change. One scale for all: where a column's weights are small, they are rounded as
# coarsely as the largest of the matrix, and the error is as large as theirs.
rng = np.random.default_rng(0)
matrix = rng.normal(size=(64, 256)) * np.geomspace(0.01, 1, 256)


def error(scale):
    """Error of each column, by the deviation of its weights."""
    rounded = scale * np.round(matrix / scale)
    return (rounded - matrix).std(axis=0) / matrix.std(axis=0)


a_column = error(np.abs(matrix).max(axis=0) / 127)
one = error(np.abs(matrix).max() / 127)
print(f"smallest column: {one[0] / a_column[0]:.0f} times the error with one scale")
print(f"largest column: {one[-1] / a_column[-1]:.1f} times")
assert one[0] > 20 * a_column[0]
assert one[-1] < 3 * a_column[-1]

# 3. Explore. Four heads go to two devices or to four. Eight could share the columns, and
# not the heads, which are not cut: whole= would keep attention whole, and split the MLP
# alone. Three can share neither.
model = keras_vit.VisionTransformer(
    input_shape=(28, 28, 1),
    patch_size=7,
    hidden_dim=64,
    num_layers=1,
    num_heads=4,
    mlp_dim=256,
    classes=10,
)


class Mesh:
    """As much of a mesh as is asked for, where there are not so many devices."""

    axis_names = ("batch", "model")

    def __init__(self, count):
        self.shape = (1, count)


keras.distribution.LayoutMap = lambda mesh: {}  # which wants a mesh of real devices
found = {}
for count in (2, 3, 4, 8):
    try:
        found[count] = len(keras_vit.deployment.layout_map(model, Mesh(count)))
        print(f"{count} devices: {found[count]} weights are split")
    except ValueError as refused:
        print(f"{count} devices: {refused}")
assert found == {2: 10, 4: 10}
