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
# **What it needs**: notebooks 1 and 8. **Time**: three to five minutes on two CPU
# cores, less on a GPU.

# %% tags=["setup"]
# Where the notebook runs. In Colab this installs keras_vit from its repository, and
# leaves the TensorFlow, JAX, PyTorch and NumPy that are there as they are. On its TPUs,
# where TensorFlow is missing, JAX computes, and TensorFlow reads images on the CPU.
import importlib
import logging
import os
import subprocess
import sys
from importlib.metadata import distributions
from importlib.util import find_spec

in_colab = "google.colab" in sys.modules
on_tpu = in_colab and find_spec("tensorflow") is None
os.environ.setdefault("KERAS_BACKEND", "jax" if on_tpu else "tensorflow")  # or "torch"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
FAST = os.environ.get("KERAS_VIT_FAST") == "1"  # less of everything, for the tests

if in_colab and find_spec("keras_vit") is None:
    kept = {"jax", "jaxlib", "keras", "numpy", "protobuf", "tensorflow", "torch"}
    with open("versions.txt", "w") as file:
        for package in distributions():
            if package.name in kept:
                file.write(f"{package.name}=={package.version}\n")
    repository = "git+https://github.com/keras-vit-swin/keras_vit"
    command = [sys.executable, "-m", "pip", "install", "-c", "versions.txt"]
    command += [f"keras-vit-swin[colab] @ {repository}"]
    command += ["tensorflow-cpu"] * on_tpu
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
    "Two square matrices of indices, of 6 and of 49 tokens, in blocks: within a block "
    "equal numbers run along diagonals.",
)

# %% [markdown]
# **What you see.** The left matrix is four blocks of 3 x 3, one for each row of queries
# and row of keys; within a block the number is the same along each diagonal, since those
# pairs have the same offset. Blocks of the same offset in rows are alike: the upper left
# and the lower right one. Down the main diagonal, every token with itself, stands the
# middle of the table. On the right is the same for the paper's $M = 7$: 49 blocks.

# %% [markdown]
# ## What exactly is added?
#
# $$\mathrm{Attention}(Q, K, V) = \mathrm{SoftMax}\!\left(\frac{QK^\top}{\sqrt d} + B\right)V$$
#
# $Q$, $K$ and $V$ are the queries, keys and values of one window and one head, $d$ is the
# width of a head, and $B$, of $M^2 \times M^2$ numbers for each head, is taken from
# $\hat B$ by the index (section 3.2). We let the layer give its scores, and compute the
# same by hand. All weights are random here, the table too.

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
# **What you see.** The same scores to the last digits of float32. One addition, before
# the softmax, is all there is to it; the values know nothing of places.

# %% [markdown]
# ## What are positions worth?
#
# The paper trains Swin-T on ImageNet without positions, with absolute ones, with the
# relative bias, and with both (Table 4): 80.1, 80.5, 81.3 and 81.3 % of test pictures are
# named right. We do the same in small: scans of digits of 8 x 8 pixels, each a patch, and
# a Swin of two stages with windows of 4 x 4; three seeds each.

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
print(f"{(~test).sum()} digits to learn from, {test.sum()} to test with")

# %%
kinds = {
    "none": {"relative_position_bias": False},
    "absolute": {"relative_position_bias": False, "absolute_position_embedding": True},
    "relative": {},
    "both": {"absolute_position_embedding": True},
}
seeds, epochs = ((0,), 3) if FAST else ((0, 1, 2), 12)


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
        1e-4, epochs * 43, warmup_target=3e-3, warmup_steps=2 * 43
    )
    model.compile(
        keras_vit.training.AdamW(rate, weight_decay=0.05),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    model.fit(images[~test], labels[~test], batch_size=32, epochs=epochs, verbose=0)
    return model


# %%
accuracy, models = {}, {}
names = ("relative",) if FAST else tuple(kinds)
for kind in names:
    found = []
    for seed in seeds:
        models[kind] = trained(kind, seed)  # the last seed's is kept
        found.append(models[kind].evaluate(images[test], labels[test], verbose=0)[1])
    accuracy[kind] = np.array(found)
    print(f"{kind:9} {np.mean(found):.3f} ± {np.std(found):.3f}")
assert accuracy["relative"].mean() > 0.3  # chance is 0.1

# %%
figure = plt.figure(figsize=(7, 3.2), layout="constrained")
axes = figure.subplots()
for place, kind in enumerate(names):
    axes.plot(np.full(len(seeds), place), accuracy[kind], "o", color="#0072B2")
    axes.plot(place, accuracy[kind].mean(), "_", color="black", ms=30)
axes.set(xticks=range(len(names)), xticklabels=names, ylabel="accuracy, test digits")
axes.set_title("Positions in a small Swin: a dot a seed, a line for their mean")
teaching.show(
    figure,
    "Dots of accuracy, one a seed, for no, absolute, relative and both kinds of position.",
)

# %% [markdown]
# **What you see.** Without positions the model is the worst, as in the paper; the relative
# bias wins four points over it. But absolute positions win ten, and both together no more
# than they alone: that order is *not* the paper's. A likely reason: these digits are
# centered and fill the picture, so where a stroke lies says much by itself, and offsets
# within a window cannot say it. In photographs things may lie anywhere.

# %% [markdown]
# ## What has the model written into its table?
#
# Each head's table is a picture of $(2M-1) \times (2M-1)$ offsets of the query from the
# key. The middle is a token itself. A number above it, at row -1, is for keys one row
# *below* the query, one to the left of it for keys to the *right*.

# %%
bias = keras_vit.inspection.relative_position_bias(models["relative"])
print(len(bias), "blocks; the first has (heads, rows, columns)", bias[0].shape)
for number, table in enumerate(bias):
    print(f"block {number}: standard deviation {table.std():.2f}, at first 0.02")
figure = keras_vit.inspection.plot_relative_position_bias(bias[0], title="First block")
teaching.show(
    figure,
    "Two squares of 7 by 7 colors, one a head, the learned bias for each offset.",
)

# %% [markdown]
# **What you see.** What began as noise of 0.02 has become ten times larger and more, and
# the two heads have written much the same. Numbers near the middle are small; most of the
# bright ones lie three rows away, at the top and the bottom, and the dark ones at the
# right. The corners rest on little: of the 256 pairs of a window, one has the offset
# (3, 3).

# %% [markdown]
# ## Can the table be used with another window?
#
# A window of $M' \ne M$ needs $(2M'-1)^2$ rows. Like a picture, the table is resized: by
# bicubic interpolation where the window grows, and by cutting out its middle where it
# shrinks, since those offsets are all there. `weights=` does it by itself.

# %%
with tempfile.TemporaryDirectory() as folder:
    file = str(Path(folder) / "small.keras")  # tells its window
    models["relative"].save(file)
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
print(f"the middle was {before[3, 3]:.3f} and is {after[7, 7]:.3f}")
assert np.isclose(before[3, 3], after[7, 7], atol=1e-3)

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
    "The same landscape of colors twice: 7 by 7 offsets, and 15 by 15 smoothly.",
)

# %% [markdown]
# **What you see.** The same landscape on a finer grid. A model fine-tuned with larger
# windows starts from there instead of from nothing.

# %% [markdown]
# ## Why does the paper drop absolute positions?
#
# In Table 4 absolute positions beside relative ones win nothing in classification
# (81.3 % with and without), and lose in detection (50.2 against 50.5 box AP) and in
# segmentation (44.0 against 46.1 mIoU). The authors' reason: some invariance to
# translation is still worth having. An object that moves has new absolute positions, but
# the same offsets within. Let us move the digits, and see whether what the first block
# says of them moves along unchanged: by a whole window, and by one place.

# %%
pixels = images[test][:100]
changes = {}
for kind in [name for name in ("absolute", "relative") if name in models]:
    first = keras_vit.inspection.feature_extractor(models[kind], layers=0)
    said = first.predict(pixels, verbose=0)
    for move in (4, 1):  # columns to the right; what leaves comes in at the left
        of_moved = first.predict(np.roll(pixels, move, axis=2), verbose=0)
        change = np.abs(of_moved - np.roll(said, move, axis=2)).mean()
        changes[kind, move] = change / np.abs(said).mean()
        print(f"{kind}, by {move}: {changes[kind, move]:.1%} of the mean size")
assert changes["relative", 4] < 1e-5 < changes["relative", 1]

# %% [markdown]
# **What you see.** With the relative bias a move by a whole window changes nothing at all:
# the windows change places, and what each says is the same. Absolute positions change a
# good part of it. A move by one place changes much in both, since the windows' borders
# now cut the digits elsewhere: Swin is not invariant to every translation either.

# %% [markdown]
# ## Exercises
#
# 1. **Predict**: how many numbers do the tables of Swin-T have in all (heads 3, 6, 12,
#    24; depths 2, 2, 6, 2; $M = 7$)? Compare with its 28 million parameters.
# 2. **Change**: the index multiplies the row by $2M_w - 1$. Take $2M_h - 1$ instead: for
#    which windows does nobody notice, and what goes wrong for the others?
# 3. **Explore**: set a head's table to $-(\Delta r^2 + \Delta c^2)$. Where does that head
#    look then, whatever the picture?
#
# Solutions:
# [solutions/09_swin_relative_position_bias.py](solutions/09_swin_relative_position_bias.py)
#
# ## What this does not show
#
# Digits of 8 x 8 pixels are centered and small: what positions are worth there says little
# about photographs, where the paper measured. Three seeds show the spread, not its tails.
#
# Next: [10. Swin 3: merging and hierarchy](10_swin_merging_and_hierarchy.ipynb)
