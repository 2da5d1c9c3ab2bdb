# %% [markdown]
# # 9. Swin 2: relative position bias
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/keras-vit-swin/keras_vit/blob/main/tutorials/09_swin_relative_position_bias.ipynb)
#
# Attention treats its tokens as a bag (notebook 1). A ViT tells each token its place; the
# [Swin Transformer](https://arxiv.org/abs/2103.14030) tells each *pair* of tokens how far
# apart they are: a learned number for every offset and head is added to the logits
# (Equation 4). This notebook builds its index by hand, looks at learned numbers, and asks
# with three seeds what they are worth.
#
# **What you will learn**
#
# - how offsets between tokens become rows of a table, and why it has $(2M-1)^2$ of them;
# - what the layer adds, by hand;
# - what a trained model has written into its table;
# - what no, absolute and relative positions are worth (the paper's Table 4, in small);
# - how the table is resized for another window.
#
# **What it needs**: notebooks 1 and 8. **Time**: three minutes on two CPU cores, less on
# a GPU.

# %% tags=["setup"]
# Where the notebook runs. In Colab this installs keras_vit from its repository, and
# leaves the TensorFlow, JAX, PyTorch and NumPy that are there as they are.
import importlib
import logging
import os
import subprocess
import sys
from importlib.metadata import distributions
from importlib.util import find_spec

os.environ.setdefault("KERAS_BACKEND", "tensorflow")  # or "jax", or "torch"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
FAST = os.environ.get("KERAS_VIT_FAST") == "1"  # less of everything, for the tests

if "google.colab" in sys.modules and find_spec("keras_vit") is None:
    kept = {"jax", "jaxlib", "numpy", "tensorflow", "torch"}
    with open("versions.txt", "w") as file:
        for package in distributions():
            if package.name in kept:
                file.write(f"{package.name}=={package.version}\n")
    repository = "git+https://github.com/keras-vit-swin/keras_vit"
    package = f"keras-vit-swin[tutorials] @ {repository}"
    command = [sys.executable, "-m", "pip", "install", "-c", "versions.txt", package]
    pip = subprocess.run(command, capture_output=True, text=True)
    if pip.returncode:
        raise RuntimeError(f"keras_vit could not be installed:\n{pip.stderr}")
    importlib.invalidate_caches()

import keras

import keras_vit

backend = importlib.import_module(keras.backend.backend())
logging.getLogger("tensorflow").setLevel("ERROR")  # it says how often it compiles
print(f"Keras {keras.__version__} on {backend.__name__} {backend.__version__}")
print(f"keras_vit {keras_vit.__version__}")

# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from keras_vit import teaching

# %% [markdown]
# ## How many offsets are there?
#
# In a window of $M_h \times M_w$ tokens a query at $(r, c)$ and a key at $(r', c')$ lie
# $r - r'$ rows and $c - c'$ columns apart: from $-(M_h-1)$ to $M_h-1$, and likewise for
# the columns. So there are $(2M_h-1)(2M_w-1)$ offsets, far fewer than the $(M_h M_w)^2$
# pairs. A table $\hat B$ has one row for each offset; an index says which row a pair
# uses.

# %%
Mh, Mw = 2, 3
tokens = [(r, c) for r in range(Mh) for c in range(Mw)]
index = np.empty((len(tokens), len(tokens)), int)
for i, (r, c) in enumerate(tokens):
    for j, (r2, c2) in enumerate(tokens):
        row, column = r - r2 + Mh - 1, c - c2 + Mw - 1  # from 0
        index[i, j] = row * (2 * Mw - 1) + column
print(index)
print(f"{index.size} pairs share {(2 * Mh - 1) * (2 * Mw - 1)} offsets")
assert np.array_equal(index, keras_vit.windows.relative_position_index((Mh, Mw)))

# %%
index_7 = keras_vit.windows.relative_position_index((7, 7))
figure = plt.figure(figsize=(9, 3.6), layout="constrained")
left, right = figure.subplots(1, 2)
for axes, shown, title in (
    (left, index, "2 x 3 tokens"),
    (right, index_7, "7 x 7 tokens"),
):
    drawn = axes.imshow(shown, cmap="viridis")
    axes.set(title=f"Index, {title}", xlabel="key", ylabel="query")
    figure.colorbar(drawn, ax=axes, label="row of the table")
for i, j in np.ndindex(index.shape):
    left.text(j, i, index[i, j], ha="center", va="center", color="white", fontsize=12)
teaching.show(
    figure,
    "Two square matrices of indices, of 6 and of 49 tokens: equal numbers run along "
    "diagonals, in blocks.",
)

# %% [markdown]
# **What you see.** Along each diagonal the number is the same: those pairs have the same
# offset and share one row. The blocks are the rows of the window. The diagonal through
# the corner, every token with itself, is the middle row of the table.

# %% [markdown]
# ## What exactly is added?
#
# $$\mathrm{Attention}(Q, K, V) = \mathrm{SoftMax}\!\left(\frac{QK^\top}{\sqrt d} + B\right)V$$
#
# $B$ is $M^2 \times M^2$ for each head, taken from $\hat B$ by the index. We let the
# layer give its scores, and compute the same by hand.

# %%
heads, C = 2, 8
layer = keras_vit.layers.WindowAttention(num_heads=heads, window_size=(Mh, Mw))
rng = np.random.default_rng(0)
x = rng.normal(size=(1, Mh, Mw, C)).astype("float32")  # one window
layer.build(x.shape)
for weight in layer.weights:
    weight.assign(0.5 * rng.normal(size=weight.shape))
_, scores = layer(x, return_attention_scores=True)


def numbers(tensor):
    return keras.ops.convert_to_numpy(tensor)


rows = x.reshape(Mh * Mw, C)
msa = layer.attention
q, k = (
    (rows @ numbers(d.kernel) + numbers(d.bias)).reshape(-1, heads, C // heads)
    for d in (msa.query_dense, msa.key_dense)
)
logits = np.einsum("qhd,khd->hqk", q, k) / np.sqrt(C // heads)
B = numbers(layer.relative_position_bias_table)[index].transpose(2, 0, 1)
weights = np.exp(logits + B)
weights /= weights.sum(axis=-1, keepdims=True)
difference = np.abs(numbers(scores)[0, 0] - weights).max()
print(f"B has the shape {B.shape}; layer and NumPy differ by {difference:.1e}")
assert difference < 1e-5

# %% [markdown]
# ## What are positions worth?
#
# The paper trains Swin-T on ImageNet without positions, with absolute ones, with the
# relative bias, and with both (Table 4): 80.1, 80.5, 81.3 and 81.3 % top-1. We do the
# same in small: scans of digits of 8 x 8 pixels, a Swin of two stages with windows of
# 4 x 4, three seeds each. The last column moves each test digit by one pixel, which no
# training picture was.

# %%
images, labels = (
    np.concatenate(part)
    for part in zip(
        *keras_vit.data.image_batches(
            "digits", split="train+test", image_size=8, channels=1, batch_size=256
        ).as_numpy_iterator(),
        strict=True,
    )
)
test = np.arange(len(images)) % 4 == 0
moved = np.roll(images, (1, 1), axis=(1, 2))
moved[:, 0], moved[:, :, 0] = -1, -1  # black comes in

kinds = {
    "none": {"relative_position_bias": False},
    "absolute": {"relative_position_bias": False, "absolute_position_embedding": True},
    "relative": {},
    "both": {"absolute_position_embedding": True},
}
seeds, epochs = ((0,), 3) if FAST else ((0, 1, 2), 15)


def trained(kind, seed):
    keras.utils.set_random_seed(seed)
    model = keras_vit.SwinTransformer(
        input_shape=(8, 8, 1),
        hidden_dim=24,
        depths=(2, 2),
        num_heads=(2, 4),
        window_size=4,
        patch_size=1,
        classes=10,
        **kinds[kind],
    )
    rate = keras.optimizers.schedules.CosineDecay(
        1e-4, epochs * 16, warmup_target=3e-3, warmup_steps=2 * 16
    )
    model.compile(
        keras_vit.training.AdamW(rate, weight_decay=0.05),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    model.fit(images[~test], labels[~test], batch_size=84, epochs=epochs, verbose=0)
    return model


# %%
accuracy, of_moved, models = {}, {}, {}
names = ("none", "relative") if FAST else tuple(kinds)
for kind in names:
    found = []
    for seed in seeds:
        models[kind] = trained(kind, seed)
        found.append(
            [
                models[kind].evaluate(x[test], labels[test], verbose=0)[1]
                for x in (images, moved)
            ]
        )
    accuracy[kind], of_moved[kind] = np.array(found).T
    print(
        f"{kind:9} {accuracy[kind].mean():.3f} ± {accuracy[kind].std():.3f}   moved: "
        f"{of_moved[kind].mean():.3f} ± {of_moved[kind].std():.3f}"
    )
assert accuracy["relative"].mean() > 0.3  # chance is 0.1

# %%
figure = plt.figure(figsize=(8, 3.2), layout="constrained")
axes = figure.subplots()
for place, kind in enumerate(names):
    axes.plot(np.full(len(seeds), place - 0.1), accuracy[kind], "o", color="#0072B2")
    axes.plot(np.full(len(seeds), place + 0.1), of_moved[kind], "s", color="#E69F00")
axes.plot([], [], "o", color="#0072B2", label="test digits")
axes.plot([], [], "s", color="#E69F00", label="moved by a pixel")
axes.set(xticks=range(len(names)), xticklabels=names, ylabel="accuracy")
axes.set_title("Positions in a small Swin, a dot a seed")
axes.legend(frameon=False)
teaching.show(
    figure,
    "Dots of accuracy for none, absolute, relative and both kinds of position, on test "
    "digits and on digits moved by a pixel.",
)

# %% [markdown]
# WHAT-YOU-SEE-ABLATION

# %% [markdown]
# ## What has the model written into its table?
#
# Each head's table is a picture of $(2M-1) \times (2M-1)$ offsets: bright in the middle
# would mean "look near yourself", bright above "look up".

# %%
bias = keras_vit.inspection.relative_position_bias(models["relative"])
print(
    len(bias),
    "blocks; the first has (heads, offsets down, offsets right)",
    bias[0].shape,
)
figure = keras_vit.inspection.plot_relative_position_bias(bias[0], title="First block")
teaching.show(
    figure,
    "Two squares of 7 by 7 colours, one a head, the learned bias for each offset.",
)

# %% [markdown]
# WHAT-YOU-SEE-TABLE

# %% [markdown]
# ## Can the table be used with another window?
#
# A window of $M' \ne M$ needs $(2M'-1)^2$ rows. Like a picture, the table is resized: by
# bicubic interpolation where the window grows, and by cutting out its middle where it
# shrinks, since those offsets are all there. Loading weights into a model with another
# window does it, and says so.

# %%
with tempfile.TemporaryDirectory() as folder:
    file = str(Path(folder) / "small.weights.h5")
    models["relative"].save_weights(file)
    larger = keras_vit.SwinTransformer(
        input_shape=(16, 16, 1),
        hidden_dim=24,
        depths=(2, 2),
        num_heads=(2, 4),
        window_size=8,
        patch_size=1,
        classes=10,
        weights=file,
    )
before = bias[0][0]
after = keras_vit.inspection.relative_position_bias(larger)[0][0]
print("from", before.shape, "to", after.shape)

figure = plt.figure(figsize=(7, 3), layout="constrained")
limits = {"vmin": before.min(), "vmax": before.max(), "cmap": "cividis"}
for axes, table, side in zip(
    figure.subplots(1, 2), (before, after), (4, 8), strict=True
):
    drawn = axes.imshow(table, extent=(-1, 1, 1, -1), **limits)
    axes.set(title=f"Window {side} x {side}", xticks=[], yticks=[])
figure.colorbar(drawn, ax=figure.axes, label="bias (added to logits)")
teaching.show(
    figure,
    "The same landscape of colours twice: 7 by 7 offsets, and 15 by 15 smoothly.",
)
assert np.corrcoef(after[::2, ::2].ravel(), before.ravel())[0, 1] > 0.9

# %% [markdown]
# **What you see.** The same landscape on a finer grid. A model fine-tuned with larger
# windows starts from there instead of from nothing.

# %% [markdown]
# ## Why does the paper drop absolute positions?
#
# In Table 4 absolute positions beside relative ones win nothing in classification
# (81.3 % with and without), and lose in detection (50.2 against 50.5 box AP) and in
# segmentation (44.0 against 46.1 mIoU). The authors' reason: some invariance to
# translation is still worth having when one looks at dense tasks. An object moved by
# one patch has new absolute positions, but the same offsets within.

# %% [markdown]
# ## Exercises
#
# 1. **Predict**: how many numbers do the tables of Swin-T have in all (heads 3, 6, 12,
#    24; depths 2, 2, 6, 2; $M = 7$)? Compare with its 28 million parameters.
# 2. **Change**: the index of a plain reshape would use stride $2M_h - 1$. For which
#    windows does that go unnoticed, and for which do two offsets share a row?
# 3. **Explore**: set a head's table to $-(\Delta r^2 + \Delta c^2)$. Where does that head
#    look then, whatever the picture?
#
# Solutions:
# [solutions/09_swin_relative_position_bias.py](solutions/09_swin_relative_position_bias.py)
#
# ## What this does not show
#
# Digits of 8 x 8 pixels are centred and small: what positions are worth there says little
# about photographs, where the paper measured. Three seeds show the spread, not its tails.
#
# Next: notebook 10, on merging and hierarchy, is in the making; back to
# [7. Looking inside](07_looking_inside.ipynb).
