# %% [markdown]
# # 6. Transfer learning
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/keras-vit-swin/keras_vit/blob/main/tutorials/06_transfer_learning.ipynb)
#
# Few people have a million labeled pictures; most have a folder with some of each kind.
# A model that has learned from others' pictures needs no more: it takes a new head, a few
# epochs and a careful learning rate. This notebook goes from a folder to a model in ten
# lines, takes them apart, counts what they are worth with 1, 5 and 20 pictures of a kind,
# and shows two ways to spoil everything.
#
# **What you will learn**
#
# - from a folder of pictures to a fine-tuned model in ten lines;
# - what they do: a linear probe, unfreezing, layer-wise decay, warm-up and cosine;
# - finishing at a larger image size with `resize`;
# - few-shot curves against a color histogram, and what a wrong rate or a wrong
#   normalization costs.
#
# **What it needs**: notebook 5. **Time**: six minutes on two CPU cores, less on a GPU.

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
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from keras_vit import teaching, training

# %% [markdown]
# ## Where do the pictures come from?
#
# From 14 free photographs that come with scikit-image and scikit-learn. We cut squares of
# 56 pixels out of them and ask which photograph a square is from. Squares to train on come
# from the left halves, squares to test on from the right halves, so that no pixel is in
# both: the model has to know a photograph by the look of its other half. They go into a
# folder, one sub-folder for each class, as anybody's pictures would.

# %%
TRAIN, TEST = (6, 4) if FAST else (20, 15)  # squares of a class
NAMES = sorted(teaching.PHOTOGRAPHS)
folder = Path(tempfile.mkdtemp())
rng = np.random.default_rng(0)

for name in NAMES:
    photograph = teaching.photograph(name)[..., :3]
    middle = photograph.shape[1] // 2
    halves = {
        "train": (photograph[:, :middle], TRAIN),
        "test": (photograph[:, middle:], TEST),
    }
    for split, (half, count) in halves.items():
        (folder / split / name).mkdir(parents=True)
        for number in range(count):
            top, left = (rng.integers(side - 56 + 1) for side in half.shape[:2])
            square = Image.fromarray(half[top : top + 56, left : left + 56])
            square.save(folder / split / name / f"{number:02}.png")
print(f"{len(NAMES)} classes, {TRAIN} squares to train on and {TEST} to test on each")

# %%
figure = plt.figure(figsize=(11, 2.2), layout="constrained")
panels = figure.subplots(2, 14)
for column, name in enumerate(NAMES):
    for row, split in enumerate(("train", "test")):
        axes = panels[row, column]
        axes.imshow(plt.imread(folder / split / name / "00.png"))
        axes.set(xticks=[], yticks=[])
    panels[0, column].set_title(name[:9], fontsize=8)
panels[0, 0].set_ylabel("left")
panels[1, 0].set_ylabel("right")
teaching.show(
    figure,
    "A square of the left half of each of 14 photographs, and one of its right half.",
)

# %% [markdown]
# **What you see.** Coins, moon and retina are told at once. For others a half says little of
# the other: the temple's eaves are left and its sky is right, the man's coat is left and
# the camera's tripod right. What the halves share is color and texture more than things.

# %% [markdown]
# ## How little code is it?
#
# [DINOv2](https://arxiv.org/abs/2304.07193)'s ViT-S/14 has seen 142 million pictures, and
# none of their labels. We put a head of 14 classes behind its class token. With weights
# that have a classifier, `keras_vit.ViTB16(weights="imagenet", classes=14)` is all of that.
# The pictures are normalized as those weights want it: `weights="dinov2"` says how.

# %%
SIZE, EPOCHS = 56, 2 if FAST else 3


def batches(split, training, image_size=SIZE, **options):
    # With a network: image_batches("oxford_flowers102", split="train", ...)
    return keras_vit.data.image_batches(
        folder,
        split=split,
        image_size=image_size,
        weights="dinov2",
        variant="ViTS14",
        training=training,
        seed=0,
        **options,
    )


def with_head(encoder):
    pooled = keras_vit.layers.TokenPooling("token", num_prefix_tokens=1)(encoder.output)
    head = keras.layers.Dense(
        len(NAMES), "softmax", kernel_initializer="zeros", name="head"
    )
    return keras.Model(encoder.input, head(pooled))


model = with_head(teaching.pretrained_vit(SIZE))
print(f"{model.count_params():,} parameters")

# %%
keras.utils.set_random_seed(0)
clean = training.CleanMetrics(batches("train", training=False))
start = time.perf_counter()
history = training.finetune(
    model,
    batches("train", training=True),
    batches("test", training=False),
    epochs=EPOCHS,
    probe_epochs=2,
    callbacks=[clean],
    verbose=0,
)
log, probed = history.history, history.params["probe_epochs"]
print(f"{time.perf_counter() - start:.0f} s")
print(f"after the probe       {log['val_accuracy'][probed - 1]:.3f} right of the test")
print(f"after the fine-tuning {log['val_accuracy'][-1]:.3f}")
assert log["val_accuracy"][-1] > 3 / 14  # chance is a fourteenth

# %%
figure = plt.figure(figsize=(7, 3), layout="constrained")
axes = figure.subplots()
ticks = np.arange(1, len(history.epoch) + 1)
for name, label in (
    ("accuracy", "train, augmented, while it learns"),
    ("clean_accuracy", "train, as they are"),
    ("val_accuracy", "test"),
):
    axes.plot(ticks, log[name], "o-", ms=4, label=label)
axes.axvline(probed + 0.5, color="gray", ls=":")
axes.text(probed + 0.45, 0.93, "the head alone", color="gray", ha="right")
axes.set(xlabel="epoch", xticks=ticks, ylim=(0, 1.02), ylabel="accuracy")
axes.legend(frameon=False, loc="lower right")
teaching.show(
    figure, "Accuracy over the epochs of a probe and of a fine-tuning, three curves."
)

# %% [markdown]
# **What you see.** With the head alone the test stays below 0.4; once all blocks learn it
# climbs to almost 0.8. Training squares as they are lie above the augmented ones in every
# epoch, since these are mirrored, and counted while the model still gets better: in the
# first epoch they lie even below the test, which is what `CleanMetrics` is for. In the end
# the model knows nearly all squares that it has trained on, and almost four of five others.

# %% [markdown]
# ## What has `finetune` done?
#
# First `freeze(model)` leaves the head alone to be trained, a **linear probe**: a fresh head
# is wrong about everything, and its gradients would distort the features below it
# ([Kumar et al.](https://arxiv.org/abs/2202.10054)). Then everything is trained, with
# **layer-wise decay** ([BEiT](https://arxiv.org/abs/2106.08254)): with $L$ blocks, block
# $\ell = 1, \dots, L$ learns at the rate
#
# $$ \eta_\ell(t) = \eta(t) \, d^{\,L + 1 - \ell} $$
#
# where $\eta(t)$ is the rate of the head at step $t$, and $d = 0.75$ the decay. Early blocks
# know edges and textures, which all pictures have; late ones know what DINOv2 was after.
# $\eta(t)$ itself rises for a tenth of the steps and falls along a cosine.

# %%
scales = training.learning_rate_scales(model, layer_decay=0.75)
pretrained = {
    v.path: keras.ops.convert_to_numpy(v) for v in teaching.pretrained_vit(SIZE).weights
}
blocks = sum(layer.name.startswith("encoder_block_") for layer in model.layers)


def moved(block):
    """How far the kernels of a block have gone, as a part of their length."""
    ways, lengths = [], []
    for v in model.get_layer(f"encoder_block_{block}").weights:
        if v.path.endswith("kernel"):
            now, before = keras.ops.convert_to_numpy(v), pretrained[v.path]
            ways.append(np.linalg.norm(now - before))
            lengths.append(np.linalg.norm(before))
    return np.linalg.norm(ways) / np.linalg.norm(lengths)


ways = [moved(block) for block in range(blocks)]
rates = [scales[f"encoder_block_{b}/attention/query/kernel"] for b in range(blocks)]
# By hand, as in the formula: the last block is a step below the head.
np.testing.assert_allclose(rates, 0.75 ** np.arange(blocks, 0, -1), rtol=1e-6)
assert ways[-1] > ways[0] > 0

# %%
figure = plt.figure(figsize=(9, 2.8), layout="constrained")
left, middle, right = figure.subplots(1, 3)
left.bar(range(blocks), rates, color="#0072B2")
left.set(title="Scale of the rate", xlabel="block")
middle.bar(range(blocks), 100 * np.array(ways), color="#D55E00")
middle.set(title="Way of the kernels, % of length", xlabel="block")
rate = training.WarmupCosine(2e-4, total_steps=100, warmup_steps=10)
right.plot([float(rate(step)) for step in range(100)], color="#009E73")
right.set(title="Rate of the head", xlabel="% of the steps")
teaching.show(
    figure,
    "Bars that grow from the first block to the last: the scale of the rate and how far "
    "the kernels went; and a rate that rises in a line and falls along a cosine.",
)

# %% [markdown]
# **What you see.** The first block learns at a thirtieth of the head's rate, and its kernels
# have gone a tenth of a per cent of their length; the last block's less than three per
# cent. Such short ways more than doubled what a short probe got right. (With time to
# converge a probe gets further; it stands in the curve below.)

# %% [markdown]
# ## Does a larger size help?
#
# A ViT is not bound to a size but for its positions: `resize` makes a model for larger
# pictures of the same weights, with positions interpolated between, and `keep_optimizer`
# would resize the optimizer's state, too. Papers train at 224 pixels and finish at 384.

# %%
LARGE = 98
larger = training.resize(model, LARGE)
shapes = [m.get_layer("encoder_block_0").output.shape[1:] for m in (model, larger)]
print("tokens and their width:", *shapes)


def accuracy(model, image_size=SIZE, **options):
    test = batches("test", False, image_size, **options)
    return model.evaluate(test, verbose=0)[1]


print(f"fine-tuned and tested at {SIZE} pixels:  {accuracy(model):.3f}")
larger.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
as_it_is = accuracy(larger, LARGE)
print(f"tested at {LARGE} pixels, no more training: {as_it_is:.3f}")
finished = training.finetune(
    larger,
    batches("train", True, LARGE),
    batches("test", False, LARGE),
    epochs=1,
    probe_epochs=0,
    learning_rate=5e-5,
    verbose=0,
).history["val_accuracy"][-1]
print(f"and an epoch at {LARGE} pixels, a low rate: {finished:.3f}")
assert finished > 3 / 14

# %% [markdown]
# **What you see.** The larger model has three times as many patches. It is about as good
# without any training, and a little better after one epoch. A difference of 0.03 is six of
# the 210 test squares: that may be luck. The cost is certain: three times as much work.

# %% [markdown]
# ## How many pictures does it need?
#
# We compute the features of the pretrained model once, class token and mean of the patches,
# and train linear probes on 1, 5 and 20 squares of each class, three draws each. Beside
# them stands what needs no network at all: how often each color occurs.


# %%
def features(split):
    encoder, found, labels = teaching.pretrained_vit(SIZE), [], []
    for images, classes in batches(split, False):
        tokens = np.array(encoder.predict_on_batch(np.array(images)))
        found.append(np.concatenate([tokens[:, 0], tokens[:, 1:].mean(axis=1)], -1))
        labels.append(np.array(classes))
    return np.concatenate(found), np.concatenate(labels)


def colors(split):
    """Histograms of 4 x 4 x 4 colors."""
    found, labels = [], []
    for label, name in enumerate(NAMES):
        for path in sorted((folder / split / name).iterdir()):
            levels = np.asarray(Image.open(path)).reshape(-1, 3) // 64
            codes = levels @ [16, 4, 1]
            found.append(np.sqrt(np.bincount(codes, minlength=64)))
            labels.append(label)
    return np.array(found), np.array(labels)


# %%
def score(kind, shots, seed):
    (x, y), (x_test, y_test) = data[kind]
    draw = np.random.default_rng(seed)
    some = [draw.permutation(np.flatnonzero(y == c))[:shots] for c in range(14)]
    some = np.concatenate(some)
    probe = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=1000))
    return probe.fit(x[some], y[some]).score(x_test, y_test)


data = {
    "probe": (features("train"), features("test")),
    "colors": (colors("train"), colors("test")),
}
shots = (1, 3, TRAIN) if FAST else (1, 5, TRAIN)
curves = {
    kind: np.array([[score(kind, n, seed) for n in shots] for seed in range(3)])
    for kind in data
}
print("squares of a class", *(f"{n:6}" for n in shots))
for kind, found in curves.items():
    print(f"{kind:18}", *(f"{value:6.3f}" for value in found.mean(axis=0)))

# %%
figure = plt.figure(figsize=(6.5, 3.2), layout="constrained")
axes = figure.subplots()
for (kind, found), color in zip(curves.items(), ("#0072B2", "#E69F00"), strict=True):
    axes.plot(shots, found.mean(axis=0), color=color, label=kind)
    for one in found:
        axes.plot(shots, one, "o", color=color, ms=4)
axes.plot(
    TRAIN, log["val_accuracy"][-1], "*", ms=12, color="#009E73", label="fine-tuned"
)
axes.set(xscale="log", xlabel="squares of a class to train on", ylabel="test accuracy")
axes.set(xticks=shots, xticklabels=shots, ylim=(0, 1))
axes.minorticks_off()
axes.legend(frameon=False)
teaching.show(
    figure,
    "Test accuracy over the number of training squares of a class: linear probes, color "
    "histograms, and the fine-tuned model as a star.",
)

# %% [markdown]
# **What you see.** With one square of a class, and with five, the colors win: the halves of
# a photograph have them in common, and a probe has to find its way among hundreds of
# features. With twenty the two are level, and fine-tuning is well above both: it makes
# features for this task, where a probe takes what there is.

# %% [markdown]
# ## How is it spoiled?
#
# By a rate that is too high: `finetune` warns above 1e-3, and here is why. And by pictures
# that are not normalized as those that the weights have seen: nothing fails, no line of
# the log is red, the model is just worse.

# %%
import warnings

with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    spoiled = with_head(teaching.pretrained_vit(SIZE))
    wild = training.finetune(
        spoiled,
        batches("train", training=True),
        batches("test", training=False),
        epochs=1,
        probe_epochs=1,
        learning_rate=1e-2,
        verbose=0,
    ).history["val_accuracy"]
print([str(w.message) for w in said if "learning_rate" in str(w.message)][0])
print(f"after the probe {wild[0]:.3f}, then after an epoch at 1e-2 {wild[1]:.3f}")

right = accuracy(model)
shifted = accuracy(model, mean=0.5, std=0.5)
raw = accuracy(model, mean=0.0, std=1 / 255)
print(f"normalized as DINOv2 wants it {right:.3f}")
print(f"to -1 ... 1 instead           {shifted:.3f}")
print(f"left at 0 ... 255             {raw:.3f}")
assert FAST or (wild[1] < wild[0] and raw < right)

# %% [markdown]
# **What you see.** One epoch at 1e-2 leaves a model that guesses: one of fourteen is 0.071.
# Pixels from -1 to 1, which other weights want, cost a seventh of the answers, and nothing
# says so; pixels left from 0 to 255 leave a guess, too. `weights="dinov2"` in
# `image_batches` is there for this.

# %% [markdown]
# ## Exercises
#
# 1. **Predict**: with 12 blocks and a decay of 0.75, what part of the head's rate does the
#    patch embedding have? And with 24 blocks? What does that say about `layer_decay` for
#    a ViT-L?
# 2. **Change**: freeze all up to some block with `training.freeze(model, until=...)`
#    before the fine-tuning. What does `finetune` then train after the probe?
# 3. **Explore**: a schedule is asked by steps of the optimizer. With
#    `AdamW(schedule, gradient_accumulation_steps=4)`, how many batches does a warm-up of 10
#    steps take? Check it.
#
# Solutions: [solutions/06_transfer_learning.py](solutions/06_transfer_learning.py)
#
# ## What this does not show
#
# Squares of 14 photographs are a toy, chosen since they are free and need no download. One
# run is one run: a difference of a few of the test squares is luck. How much fine-tuning
# gains over a probe depends on how far your pictures are from those that the model has
# seen; on handwritten digits, raw pixels beat a DINOv2 probe where there are few of them.
#
# Next: [7. Looking inside](07_looking_inside.ipynb)
