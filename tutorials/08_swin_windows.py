# %% [markdown]
# # 8. Swin 1: attention in windows
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/keras-vit-swin/keras_vit/blob/main/tutorials/08_swin_windows.ipynb)
#
# A ViT lets every patch attend to every other one, and pays for it with the square of
# their number. The [Swin Transformer](https://arxiv.org/abs/2103.14030) lets a patch
# attend within a small window, and moves the windows by half in every other block so that
# news can travel. The trick that makes this fast, roll and mask, is four lines of code
# and a day of head-scratching. Here it is drawn step by step.
#
# **What you will learn**
#
# - windows (W-MSA), and what they cannot do;
# - the shift (SW-MSA), the roll, the numbers of the regions, the mask, and the way back;
# - that brute force without any roll gives the same numbers;
# - what linear instead of quadratic cost means, measured.
#
# **What it needs**: notebook 1. **Time**: half a minute on a CPU or GPU.

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
import time

import matplotlib.pyplot as plt
import numpy as np

from keras_vit import teaching

# %% [markdown]
# ## How does a map fall into windows?
#
# Swin keeps its tokens as a map of $H \times W$ patches with $C$ channels. A window of
# $M \times M$ patches (the paper: $M = 7$) is a little picture of its own: attention
# happens within it, with $M^2$ tokens (section 3.2). Our map of numbers has 6 x 7 places,
# which windows of 3 x 3 do not divide: it is padded at the bottom and right.

# %%
height, width, M = 6, 7, 3
numbers = np.arange(height * width).reshape(height, width)
padded = np.pad(numbers, ((0, -height % M), (0, -width % M)), constant_values=-1)
print(padded)

# (H, W) -> (H/M, M, W/M, M) -> (H/M, W/M, M, M) -> (windows, M·M)
windows = padded.reshape(2, M, 3, M).swapaxes(1, 2).reshape(-1, M * M)
print("first window:", windows[0])
print("last window: ", windows[-1], "(-1 is padding)")

of_package = keras_vit.windows.window_partition(
    padded[None, :, :, None].astype("float32"), (M, M)
)
assert np.array_equal(keras.ops.convert_to_numpy(of_package)[..., 0], windows)

# %% [markdown]
# ## What happens in a shifted block, frame by frame?
#
# If windows never moved, a patch would never hear of what lies beyond its window's
# border. So every other block moves the grid by $\lfloor M/2 \rfloor$ patches. That would
# cut the windows at the rim into pieces of many sizes; instead, the map is *rolled* up
# and left, and all windows are whole again. Six frames on the map of numbers:

# %%
picture = np.repeat(np.repeat(numbers / numbers.max(), 16, axis=0), 16, axis=1)
figure = keras_vit.inspection.plot_windows(
    picture, window_size=M, shift_size=1, patch_size=16, columns=2
)
teaching.show(
    figure,
    "Six frames: a numbered map in windows, the shifted windows, the rolled map, numbers "
    "of regions, a mask for each window, and the map rolled back.",
)

# %% [markdown]
# **What you see.** Follow one number, say 0, from frame to frame: it stands in the upper
# left corner, the roll takes it to the lower right one, and the last frame brings it
# home. In the rolled map the last windows hold pieces that came from opposite edges;
# frame 4 gives each piece a number, and in frame 5, one square a window, only tokens of
# equal numbers may look at each other (yellow). Gray is padding.

# %% [markdown]
# ## The same on a photograph
#
# 56 x 56 patches of 4 pixels, windows of 14 x 14 so that they can be seen, shifted by 7.

# %%
photo = teaching.photographs(["cat"], size=224)[0]
figure = keras_vit.inspection.plot_windows(
    photo,
    window_size=14,
    patch_size=4,
    columns=2,
    steps=("shift", "roll", "regions", "back"),
)
teaching.show(
    figure,
    "A cat's photograph with shifted windows, rolled so that its upper left rim appears "
    "at the lower right, its regions in colors, and rolled back.",
)

# %% [markdown]
# **What you see.** The roll tears the picture at the seams: ends of the cat that never
# met now lie side by side in one window. Without the mask they would attend to each other
# as if they were neighbors.

# %% [markdown]
# ## Where does the mask come from?
#
# It is arithmetic alone. Number the stretches of each rolled axis 0, 1, 2: what is far
# from the seam, what lies before it, what came around. A place's region is three times
# its row's number plus its column's, and two tokens of a window may attend to each other
# where their regions are equal.

# %%
shift = 1


def stretches(length):
    """0, 1 or 2 for each place of a rolled axis."""
    place = np.arange(length)
    return (place >= length - M).astype(int) + (place >= length - shift)


rows, columns = padded.shape
regions = 3 * stretches(rows)[:, None] + stretches(columns)[None, :]
cut = regions.reshape(rows // M, M, columns // M, M).swapaxes(1, 2).reshape(-1, M * M)
mask = cut[:, :, None] == cut[:, None, :]  # (windows, query, key)
print(regions)
print("the last window's regions:", cut[-1])

of_package = keras_vit.windows.shifted_window_mask(
    rows, columns, (M, M), (shift, shift)
)
assert np.array_equal(mask, of_package)
print(
    f"{mask.mean():.0%} of all pairs may attend; in the last window {mask[-1].mean():.0%}"
)

# %% [markdown]
# ## Is roll and mask really the same as shifted windows?
#
# The honest test is brute force: no roll, no mask. For each place, gather those that
# share its shifted window and lie on the map, attend among them, one query at a time. The
# layer has one more ingredient, the relative position bias of notebook 9; we switch it
# off here.
#
# One thing must be said: the padding is not masked. Padded places take part as tokens of
# zeros where the map does not divide, in this package as in the authors' code for
# detection. So brute force works on the padded map.

# %%
heads, C = 2, 8
layer = keras_vit.layers.WindowAttention(
    num_heads=heads, window_size=M, shift_size=shift, relative_position_bias=False
)
rng = np.random.default_rng(0)
x = rng.normal(size=(1, height, width, C)).astype("float32")
layer.build(x.shape)
for weight in layer.weights:
    weight.assign(0.5 * rng.normal(size=weight.shape))
W = {w.path.split("/", 1)[-1]: keras.ops.convert_to_numpy(w) for w in layer.weights}
W = {"/".join(path.split("/")[-2:]): value for path, value in W.items()}


def attend(query, others):
    """One token's answer from a list of tokens, all heads."""
    q = (query @ W["query/kernel"] + W["query/bias"]).reshape(heads, -1)
    k = (others @ W["key/kernel"] + W["key/bias"]).reshape(len(others), heads, -1)
    v = (others @ W["value/kernel"] + W["value/bias"]).reshape(len(others), heads, -1)
    logits = np.einsum("hd,nhd->hn", q, k) / np.sqrt(q.shape[-1])
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    together = np.einsum("hn,nhd->hd", weights, v).ravel()
    return together @ W["output/kernel"] + W["output/bias"]


def window_of(place, length):
    """Which shifted window a place of an axis is in; the rim has smaller ones."""
    return (place + M - shift) // M if place < length else None


# %%
padded_x = np.pad(x[0], ((0, rows - height), (0, columns - width), (0, 0)))
by_hand = np.zeros_like(x[0])
places = [(r, c) for r in range(rows) for c in range(columns)]
for r, c in np.ndindex(height, width):
    here = window_of(r, rows), window_of(c, columns)
    others = [
        p for p in places if (window_of(p[0], rows), window_of(p[1], columns)) == here
    ]
    by_hand[r, c] = attend(padded_x[r, c], np.stack([padded_x[p] for p in others]))
difference = np.abs(keras.ops.convert_to_numpy(layer(x))[0] - by_hand).max()
print(f"layer and brute force differ by {difference:.1e}")
assert difference < 1e-4

# %% [markdown]
# **What you see.** The same numbers. The windows of brute force have different sizes (9
# tokens inside, fewer at the rim), and the layer makes them all of 9 tokens with a mask:
# whole windows of one size are what a processor is fast with.

# %% [markdown]
# ## Do windows really talk to each other?
#
# Let us change one patch and see which others notice, after one block, two blocks, and
# four. The weights are random, but as large as trained ones: what matters is the road.

# %%
blocks = [
    keras_vit.layers.SwinBlock(2, 16, window_size=7, shift_size=7 // 2 if n % 2 else 0)
    for n in range(4)
]
maps = rng.normal(size=(2, 28, 28, C)).astype("float32")
maps[1] = maps[0]
maps[1, 10, 10] = rng.normal(size=C)  # the changed patch
noticed, state = [], maps
for block in blocks:
    block.build(maps.shape)
    for weight in block.weights:
        if weight.name == "kernel":
            weight.assign(rng.normal(size=weight.shape) / np.sqrt(weight.shape[0]))
    state = keras.ops.convert_to_numpy(block(state))
    noticed.append(np.abs(state[1] - state[0]).max(axis=-1))
shares = [float((change > 1e-6).mean()) for change in noticed]
print("share of the map that has noticed:", [f"{share:.0%}" for share in shares])
assert round(shares[0], 4) == 7 * 7 / 28**2  # its own window, and nothing else
assert shares[0] < shares[1] < shares[3]

# %%
figure = plt.figure(figsize=(9, 3), layout="constrained")
for axes, n in zip(figure.subplots(1, 3), (0, 1, 3), strict=True):
    change = np.log10(noticed[n] + 1e-12)
    drawn = axes.imshow(change, cmap="viridis", vmin=-6, vmax=0)
    axes.plot(10, 10, "o", color="white", mec="black", ms=7)
    axes.set(title=f"After {n + 1} block{'s' if n else ''}", xticks=[], yticks=[])
figure.colorbar(drawn, ax=figure.axes, label="log₁₀ of the change")
teaching.show(
    figure,
    "Three maps with a marked patch: after one block only its window has changed, after "
    "two the windows around it, after four most of the map.",
)

# %% [markdown]
# **What you see.** After the first block just the patch's own window has noticed. The
# shifted block carries the news over the borders, and each further pair of blocks carries
# it one ring of windows on.

# %% [markdown]
# ## What does it cost?
#
# For a map of $hw$ patches the paper counts (Equations 1 and 2)
#
# $$\Omega(\mathrm{MSA}) = 4hwC^2 + 2(hw)^2C, \qquad
# \Omega(\mathrm{W\text{-}MSA}) = 4hwC^2 + 2M^2hwC$$
#
# The second term is where they differ: quadratic in $hw$ against linear. We time the
# package's two layers on growing maps.

# %%
width = 96
sides = (14, 28) if FAST else (14, 28, 42, 56)


def milliseconds(attention, shape):
    model = keras.Sequential([keras.Input(shape), attention])
    x = np.zeros((4, *shape), "float32")
    model.predict_on_batch(x)
    times = []
    for _ in range(3 if FAST else 15):
        start = time.perf_counter()
        model.predict_on_batch(x)
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


all_pairs, in_windows = [], []
for side in sides:
    whole = keras_vit.layers.MultiHeadSelfAttention(num_heads=3)
    all_pairs.append(milliseconds(whole, (side * side, width)))
    part = keras_vit.layers.WindowAttention(num_heads=3, window_size=7)
    in_windows.append(milliseconds(part, (side, side, width)))
    print(
        f"{side:3} x {side}: all pairs {all_pairs[-1]:7.1f} ms, "
        f"windows {in_windows[-1]:6.1f} ms"
    )

# %%
hw = np.arange(49, 3300, 49)
figure = plt.figure(figsize=(9, 3.2), layout="constrained")
left, right = figure.subplots(1, 2)
left.plot(hw, (4 * hw * width**2 + 2 * hw**2 * width) / 1e6, label="all pairs (MSA)")
left.plot(hw, (4 * hw * width**2 + 2 * 49 * hw * width) / 1e6, label="windows (W-MSA)")
left.set(xlabel="patches of the map", ylabel="10⁶ multiplications", title="Counted")
counts = np.square(sides)
right.plot(counts, all_pairs, "o-", label="all pairs (MSA)")
right.plot(counts, in_windows, "o-", label="windows (W-MSA)")
right.set(xlabel="patches of the map", ylabel="ms", title="Measured on this machine")
right.legend(frameon=False)
teaching.show(
    figure,
    "Two charts over the number of patches: for attention between all pairs cost and time "
    "bend upwards, for windows they grow as a straight line.",
)

# %% [markdown]
# **What you see.** All pairs bend upwards, windows stay a straight line, in the count and
# on the clock. At Swin-T's first map, 56 x 56 patches, this decides whether a model can
# be afforded; on small maps there is little between them.

# %% [markdown]
# ## Exercises
#
# 1. **Predict**: how many windows has a map of 10 x 15 with $M = 4$, and how many places
#    are padding? Check with `WindowAttention(...).layout(10, 15)`.
# 2. **Change**: leave the mask out of the arithmetic (let all pairs attend in the rolled
#    windows). Which places of the map get other numbers than brute force, and which do
#    not?
# 3. **Explore**: what does the layer do with a window larger than the map, and with its
#    shift? Try `WindowAttention(2, window_size=7, shift_size=3)` on a map of 5 x 9.
#
# Solutions: [solutions/08_swin_windows.py](solutions/08_swin_windows.py)
#
# ## What this does not show
#
# Times are of one machine and one size of batch. How far news travels says nothing of
# what a trained model makes of it, and the merging of patches between stages, which makes
# a hierarchy of all this, is left to notebook 10.
#
# Next: [9. Swin 2: relative position bias](09_swin_relative_position_bias.ipynb)
