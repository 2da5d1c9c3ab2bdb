# %% [markdown]
# # 3. The class token and pooling
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/keras-vit-swin/keras_vit/blob/main/tutorials/03_class_token_and_pooling.ipynb)
#
# After the last block a ViT has a vector for each patch. A classifier needs one for the
# whole picture. The paper borrows BERT's answer: an extra token that belongs to no patch
# and gathers, block by block, what the answer needs. This notebook follows it through a
# whole forward pass, and asks whether a plain mean would have done.
#
# **What you will learn**
#
# - a whole forward pass, shape by shape;
# - what the class token attends to, and when it becomes what it is in the end;
# - why token and mean have to be compared over many learning rates (the paper's appendix
#   D.3, in small).
#
# **What it needs**: notebooks 1 and 2. **Time**: three minutes on two CPU cores, less on
# a GPU.

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

from keras_vit import teaching

# %% [markdown]
# ## What happens between the picture and the answer?
#
# Figure 1 of [the paper](https://arxiv.org/abs/2010.11929) from bottom to top, one layer
# a line. $B$ is the number of pictures, $N$ the patches, $D$ the width of a token:
#
# $$z_0 = [x_{class};\, x_p^1E;\, \dots;\, x_p^NE] + E_{pos} \qquad
# z'_\ell = \mathrm{MSA}(\mathrm{LN}(z_{\ell-1})) + z_{\ell-1} \qquad
# z_\ell = \mathrm{MLP}(\mathrm{LN}(z'_\ell)) + z'_\ell \qquad
# y = \mathrm{LN}(z_L^0)$$
#
# $x_p^i$ is the $i$-th patch as a row of numbers and $E$ the projection (notebook 2);
# $x_{class}$ is a learned vector, the same for all pictures; $E_{pos}$ holds a learned
# vector for each place (notebook 4). $z_\ell$ are the tokens after block $\ell$ of $L$,
# $z_L^0$ the first of the last ones, the class token. MSA is attention with many heads
# (notebook 1), MLP two dense layers for each token by itself, LN the normalization of a
# token (section 3.1, Equations 1 to 4).

# %%
model = keras_vit.VisionTransformer(
    input_shape=(32, 48, 3),
    patch_size=8,
    hidden_dim=64,
    num_layers=2,
    num_heads=4,
    mlp_dim=256,
    classes=10,
)
x = np.zeros((1, 32, 48, 3), "float32")
meaning = {
    "image": "pixels",
    "patch_embedding": "a vector for each of 4 x 6 patches",
    "class_token": "one more token in front",
    "position_embedding": "each token is told its place",
    "encoder_block_0": "all tokens look at all tokens",
    "norm": "each token normalized",
    "pooling": "the class token alone",
    "head": "one share for each class",
}
for layer in model.layers:
    x = layer(x) if layer.name != "image" else x
    print(f"{layer.name:20} {str(tuple(x.shape)):14} {meaning.get(layer.name, '')}")

# %% [markdown]
# Up to the first block, the class token is the same for every picture. The blocks do not
# treat it in any way of its own: it asks, is asked, and answers like each patch.

# %%
tokens = keras.random.normal((3, 24, 64))  # the patches of three pictures
with_token = keras.ops.convert_to_numpy(model.get_layer("class_token")(tokens))
assert with_token.shape == (3, 25, 64)
assert np.array_equal(with_token[0, 0], with_token[2, 0])  # the same in all pictures
assert np.array_equal(with_token[:, 1:], keras.ops.convert_to_numpy(tokens))

# %% [markdown]
# ## Where does the class token look?
#
# A trained model now: DINOv2's ViT-S/14, or, without a network, the small ViT of this
# package. Row 0 of each block's scores is what the class token takes from each token; we
# show the mean over heads. Each map has a scale of its own, so that the weak ones can be
# seen too.

# %%
trained = teaching.pretrained_vit(image_size=224)
photos = teaching.photographs(["cat", "astronaut"], size=224)
images = keras_vit.preprocess_input(photos, "dinov2", "ViTS14", image_size=224)
maps = keras_vit.inspection.attention_maps(trained, images)
depth, side = len(maps), 224 // 14
print(f"{depth} blocks, scores of one: (pictures, heads, queries, keys)", maps[0].shape)

blocks = [0, depth // 2, depth - 1]
figure = plt.figure(figsize=(9, 4.2), layout="constrained")
for row, photo in enumerate(photos):
    for column in range(4):
        axes = figure.add_subplot(2, 4, 4 * row + column + 1)
        axes.set_axis_off()
        if column == 0:
            axes.imshow(photo)
            continue
        weights = maps[blocks[column - 1]][row, :, 0, 1:].mean(axis=0)
        drawn = axes.imshow(weights.reshape(side, side), cmap="viridis", vmin=0)
        axes.set_title(f"block {blocks[column - 1]}")
        figure.colorbar(drawn, ax=axes, shrink=0.6, format="%.3f")
teaching.show(
    figure,
    "A cat and an astronaut, and for three blocks each the map of what the class token "
    "takes from each patch.",
)

# %% [markdown]
# **What you see.** In the first block a handful of patches stand out, and of the
# astronaut a single one in the corner: the token does not know yet what to look for. In
# the middle it reads the cat's eyes and nose. In the last block it takes most from the
# astronaut's head and neck, while the cat, who fills the picture, is read all over, and
# most of all in one corner.

# %% [markdown]
# ## When does it become what it is in the end?
#
# We take the class token after each block, and pass it through the last normalization, as
# if the model ended there. Two questions:
#
# - How alike are the tokens of *different* pictures? We take the cosine: 1 for the same
#   direction, 0 for directions that have nothing to do with each other.
# - When does a picture's own part have its final direction? Its own part is what is left
#   of its token when the mean over all pictures is taken away.

# %%
names = list(teaching.PHOTOGRAPHS[:6] if FAST else teaching.PHOTOGRAPHS)
pictures = keras_vit.preprocess_input(
    teaching.photographs(names, size=224), "dinov2", "ViTS14", image_size=224
)
after_blocks = keras_vit.inspection.feature_extractor(trained, list(range(depth)))
tokens = np.stack(after_blocks.predict(pictures, verbose=0))  # (blocks, B, T, D)
class_tokens = trained.get_layer("norm")(tokens[:, :, 0])
class_tokens = keras.ops.convert_to_numpy(class_tokens)  # (blocks, B, D)


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


cosines = unit(class_tokens) @ unit(class_tokens).swapaxes(1, 2)  # (blocks, B, B)
of_others = cosines[:, ~np.eye(len(names), dtype=bool)].mean(axis=1)
own = unit(class_tokens - class_tokens.mean(axis=1, keepdims=True))
of_final = (own * own[-1]).sum(axis=-1).mean(axis=1)
print("block              ", *(f"{block:5}" for block in range(depth)))
print("different pictures ", *(f"{value:5.2f}" for value in of_others))
print("own part with final", *(f"{value:5.2f}" for value in of_final))
assert of_others[0] > of_others[-1] + 0.2  # they begin alike and grow apart
assert of_final[0] < of_final[-2] - 0.1  # and come nearer to what they end as

# %%
figure = plt.figure(figsize=(7, 3.2), layout="constrained")
axes = figure.subplots()
axes.plot(of_others, "o-", label="tokens of different pictures")
axes.plot(of_final, "s-", label="own part, with its final state")
axes.set(xlabel="after block", ylabel="cosine, mean over pictures", ylim=(-0.1, 1.05))
axes.set_title("The class token on its way")
axes.legend(frameon=False)
teaching.show(
    figure,
    "Two curves over the blocks: the likeness of class tokens of different pictures falls "
    "from nearly one, that of a picture's own part with its final state rises to one.",
)

# %% [markdown]
# **What you see.** After the first block the class tokens of all pictures are still
# nearly the same vector, the learned one. From the middle on they part ways, with one step
# back. What is a picture's own turns slowly towards its final direction, and most of the
# turn comes in the very last block: in this model the token is no summary that is kept up
# to date, but is written at the end.

# %% [markdown]
# ## Would a mean have done?
#
# In the authors' first trial the mean over patches did very badly. The reason was neither
# the mean nor the missing token but the learning rate: with one of its own it did as well
# (appendix D.3, Figure 9). We train a small ViT on scans of digits, both ways, over a
# sweep of rates, two seeds each. Chance is 0.1.

# %%
digits = keras_vit.data.image_batches(
    "digits", split="train+test", image_size=8, channels=1, batch_size=2000
)
images, labels = (np.array(part) for part in next(digits.as_numpy_iterator()))
test = np.arange(len(images)) % 4 == 0
print(len(images), "scans,", test.sum(), "of them for testing:", images.shape[1:])


# %%
rates = (3e-3,) if FAST else (1e-4, 3e-4, 1e-3, 3e-3, 1e-2)
seeds, epochs = ((0,), 8) if FAST else ((0, 1), 10)


def accuracy(pooling, rate, seed):
    keras.utils.set_random_seed(seed)
    model = keras_vit.VisionTransformer(
        input_shape=(8, 8, 1),
        patch_size=2,
        hidden_dim=48,
        num_layers=3,
        num_heads=4,
        mlp_dim=96,
        classes=10,
        pooling=pooling,
        class_token=pooling == "token",
    )
    steps = epochs * 16
    schedule = keras.optimizers.schedules.CosineDecay(
        rate / 30, int(0.9 * steps), warmup_target=rate, warmup_steps=int(0.1 * steps)
    )
    model.compile(
        keras_vit.training.AdamW(schedule, weight_decay=0.05),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    model.fit(images[~test], labels[~test], batch_size=84, epochs=epochs, verbose=0)
    return model.evaluate(images[test], labels[test], verbose=0)[1]


# %%
swept = {
    pooling: np.array(
        [[accuracy(pooling, rate, seed) for rate in rates] for seed in seeds]
    )
    for pooling in ("token", "avg")
}
print("rate  ", *(f"{rate:10.4f}" for rate in rates))
for pooling, found in swept.items():
    print(f"{pooling:6}", *(f"{value:10.3f}" for value in found.mean(axis=0)))
assert min(found.max() for found in swept.values()) > 0.3  # chance is 0.1

# %%
figure = plt.figure(figsize=(7, 3.2), layout="constrained")
axes = figure.subplots()
for pooling, label, color in (
    ("token", "class token", "#0072B2"),
    ("avg", "mean over patches", "#E69F00"),
):
    axes.plot(rates, swept[pooling].mean(axis=0), "-", color=color, label=label)
    for found in swept[pooling]:
        axes.plot(rates, found, "o", color=color)
axes.set(xscale="log", xlabel="learning rate", ylabel="test accuracy")
axes.set_title("Digits, a dot a seed")
axes.legend(frameon=False)
teaching.show(
    figure,
    "Test accuracy over the learning rate, for class token and mean: both rise to about "
    "nine tenths; the mean is ahead at small rates, the token in the middle.",
)

# %% [markdown]
# **What you see.** Which of the two is better depends on the rate at which we ask: at
# 0.0001 and 0.0003 the mean is far ahead, at 0.001 and 0.003 the class token, at 0.01 the
# mean once more. Whoever compares them at one rate compares rates; this is the paper's
# point. Its other finding, that both end equally well, does not show at this scale: each
# at its best rate, which is the same here, the token reaches 0.943 and the mean 0.897
# after ten epochs on 1,347 scans.

# %% [markdown]
# ## Exercises
#
# 1. **Predict**: how many numbers does the class token add to ViT-B/16, and by how much
#    do the scores of one block grow (224 pixels)? Compute both.
# 2. **Change**: give the small model four register tokens (`num_register_tokens=4`).
#    Where do they stand among the tokens, and what does `pooling="avg"` do with them?
# 3. **Explore**: `norm_after_pooling=True` pools first and normalizes then, as MAE does.
#    Is that the same as the paper's order for the class token? And for the mean?
#
# Solutions:
# [solutions/03_class_token_and_pooling.py](solutions/03_class_token_and_pooling.py)
#
# ## What this does not show
#
# Digits of 8 x 8 pixels are easy, and two seeds are few; which pooling is better for transfer, for detection, or
# at scale, is another question. The attention maps say where the class token reads, not
# what it takes from there.
#
# Next: [4. Positions](04_positions.ipynb)
