# %% [markdown]
# # 2. A picture as words
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/keras-vit-swin/keras_vit/blob/main/tutorials/02_a_picture_as_words.ipynb)
#
# A Transformer reads a sequence of words. The Vision Transformer's first move is to write
# a picture as such a sequence: it cuts it into patches, and makes one vector of each.
# This notebook does that by hand, twice, and asks what it costs.
#
# **What you will learn**
#
# - how patches are cut and flattened, and the projection $E$ that makes tokens of them;
# - that a strided convolution is the same thing;
# - what $D$ = 768, 1024 and 1280 stand for;
# - how the number of tokens, and with it the cost, depends on the size of a patch.
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
# ## What are the words of a picture?
#
# Pixels would be too many: a picture of 224 x 224 has 50,176 of them, and attention
# compares each with each. The paper's title gives its answer: an image is worth
# 16 x 16 words. An image of $H \times W$ pixels with $C$ channels becomes
# $N = HW / P^2$ patches of $P \times P$ pixels
# ([ViT](https://arxiv.org/abs/2010.11929), section 3.1).

# %%
P = 16
image = teaching.photographs(["astronaut"], size=224)[0] / 255
H, W, C = image.shape
rows, columns = H // P, W // P
N = rows * columns

# (H, W, C) -> (rows, P, columns, P, C) -> (rows, columns, P, P, C)
patches = image.reshape(rows, P, columns, P, C).swapaxes(1, 2)
print(f"{H} x {W} pixels -> {rows} x {columns} = {N} patches of {P} x {P} x {C}")

# %%
figure = keras_vit.inspection.plot_patches(image, patch_size=P)
teaching.show(
    figure,
    "An astronaut's photograph, cut into 14 rows of 14 square patches.",
)

# %% [markdown]
# **What you see.** The picture falls into squares that do not overlap. Each one is a
# word: too small to tell what it shows, large enough to hold an edge, a color, a bit of
# texture. Read row by row, they are the sentence.

# %% [markdown]
# ## How does a patch become a vector?
#
# A patch is flattened into $P^2 C$ numbers, and one learned matrix $E$, the same for all
# patches, projects it to the width of the model (Equation 1):
#
# $$z = [\,x_p^1 E;\; x_p^2 E;\; \dots;\; x_p^N E\,],
# \qquad E \in \mathbb{R}^{(P^2 C) \times D}$$
#
# $x_p^i$ is the $i$-th patch as a row of $P^2 C$ numbers, and $D$ is the width that all
# tokens keep through the whole model: 768 in ViT-Base, 1024 in Large, 1280 in Huge.

# %%
flat = patches.reshape(N, P * P * C)
sizes = [
    (name, row.patch_size**2 * 3, row.hidden_dim)
    for name, row in keras_vit.models.variants.VIT_VARIANTS.items()
    if name in ("ViTB16", "ViTL16", "ViTH14")
]
print("model    P²C     D   numbers in E")
for name, numbers_in, width in sizes:
    print(f"{name:7} {numbers_in:4} {width:5} {numbers_in * width:14,}")

# %% [markdown]
# The package's layer is `PatchEmbedding`. We take its $E$ and its bias, and do the same
# by a reshape and a product.

# %%
D = 768
embed = keras_vit.layers.PatchEmbedding(hidden_dim=D, patch_size=P)
batch = image[None].astype("float32")
tokens = keras.ops.convert_to_numpy(embed(batch))  # (1, N, D)
E = keras.ops.convert_to_numpy(embed.projection.kernel).reshape(P * P * C, D)
bias = keras.ops.convert_to_numpy(embed.projection.bias)

by_hand = flat @ E + bias
print("tokens:", tokens.shape, "by hand:", by_hand.shape)
print(f"they differ by {np.abs(tokens[0] - by_hand).max():.1e}")
assert np.allclose(tokens[0], by_hand, atol=1e-4)

# %% [markdown]
# ## Is this a convolution?
#
# A convolution with a kernel of $P \times P$ that moves by $P$ pixels looks at each patch
# once, and multiplies it by one matrix. It should be the same, and many
# implementations write it so.

# %%
convolution = keras.layers.Conv2D(
    D, kernel_size=P, strides=P, data_format="channels_last"
)
convolution.build(batch.shape)
convolution.set_weights([E.reshape(P, P, C, D), bias])
of_convolution = keras.ops.convert_to_numpy(convolution(batch)).reshape(N, D)
print(f"convolution and layer differ by {np.abs(of_convolution - tokens[0]).max():.1e}")
assert np.allclose(of_convolution, tokens[0], atol=1e-4)

# %% [markdown]
# **What you see.** Three ways, the same numbers up to rounding. So the famous "no
# convolutions" is true but for this first layer, which can be called one: of a kind
# whose windows do not overlap, and which is used once.

# %% [markdown]
# ## What do the columns of $E$ look for?
#
# Each column of $E$ has $P^2 C$ numbers: it is a small picture itself, and a token's
# number is how much the patch resembles it. In a trained model these pictures tell
# something (the paper's Figure 7, left). Here are the principal components of a trained
# $E$.

# %%
model = teaching.pretrained_vit(image_size=224)
filters = keras_vit.inspection.patch_filters(model, components=28)
figure = keras_vit.inspection.plot_patch_filters(filters)
teaching.show(
    figure,
    "28 small squares with spots, rings and checks of light and dark, coarse ones first.",
)

# %% [markdown]
# **What you see.** Spots, rings, stripes and checks of light and dark, strongest in the
# middle of the patch, coarser ones first. A token's numbers tell how much of each is in
# its patch. The paper's components, of another training, are smoother waves and include
# colors; what is common to both is that nobody designed them: they were learned with
# everything else.

# %% [markdown]
# ## What does the size of a patch cost?
#
# Halve $P$, and there are four times as many tokens. Each token passes the dense layers
# once, so their cost grows by four; attention compares each token with each, and grows
# by sixteen. We count the multiplications of one block of ViT-Base, and measure how long
# one takes.

# %%
width, mlp = 768, 3072


def multiplications(n):
    """Of one encoder block with n tokens: in dense layers, and in attention."""
    dense = n * (4 * width * width + 2 * width * mlp)  # q, k, v, output; the MLP
    between_tokens = 2 * n * n * width  # scores, and the mixture of values
    return dense, between_tokens


print(" P  tokens   dense  attention  (millions of multiplications a block)")
for p in (32, 16, 14, 8):
    n = (224 // p) ** 2
    dense, between = multiplications(n)
    print(f"{p:2} {n:7} {dense / 1e6:7.0f} {between / 1e6:10.0f}")

# %%
block = keras_vit.layers.EncoderBlock(num_heads=12, mlp_dim=mlp)
counts = [49, 196] if FAST else [49, 196, 441, 784]
milliseconds = []
for n in counts:
    tokens = np.zeros((1, n, width), "float32")
    predict = keras.Sequential([keras.Input((n, width)), block])
    predict.predict_on_batch(tokens)
    times = []
    for _ in range(3 if FAST else 15):
        start = time.perf_counter()
        predict.predict_on_batch(tokens)
        times.append(time.perf_counter() - start)
    milliseconds.append(1000 * min(times))
for n, taken in zip(counts, milliseconds, strict=True):
    print(f"{n:4} tokens: {taken:6.1f} ms a block")
assert milliseconds[-1] > milliseconds[0]

# %%
n = np.arange(1, 1600)
dense, between = (np.array(part) / 1e9 for part in multiplications(n))
figure = plt.figure(figsize=(8, 3.4), layout="constrained")
axes = figure.subplots()
axes.fill_between(n, dense, color="#56B4E9", label="dense layers, grow with N")
axes.fill_between(
    n, dense, dense + between, color="#E69F00", label="attention, with N²"
)
for p in (32, 16, 14, 8):
    tokens = (224 // p) ** 2
    axes.axvline(tokens, color="black", lw=0.8, ls=":")
    axes.text(tokens + 8, 12.5, f"P = {p}", rotation=90, va="top")
axes.set(xlabel="N, tokens", ylabel="10⁹ multiplications", ylim=(0, 13))
axes.set_title("One block of ViT-Base at 224 pixels")
axes.legend(frameon=False, loc="lower right")
teaching.show(
    figure,
    "Stacked areas over the number of tokens: the dense layers grow as a straight line, "
    "attention on top of them bends upwards; lines mark patches of 32, 16, 14 and 8.",
)

# %% [markdown]
# **What you see.** At the paper's $P = 16$ attention is a small part of the cost: the
# dense layers rule. It takes 8-pixel patches, 784 tokens, until it is a seventh. This is
# why a ViT can afford attention between all patches at 224 pixels, and why it cannot at
# the sizes that detection needs; Swin's answer is in notebook 8.

# %% [markdown]
# ## Exercises
#
# 1. **Predict**: how many tokens has an image of 384 x 384 with $P = 16$, and by how much
#    do the two kinds of cost grow against 224 x 224? Then compute it.
# 2. **Change**: cut the patches with `swapaxes(1, 2)` left out. Which pixels end up in
#    the first "patch", and what would a model make of it?
# 3. **Explore**: an image of 224 x 230 is no whole number of patches. What does
#    `PatchEmbedding(hidden_dim=8, patch_size=16)` say, and what does `pad=True` change?
#
# Solutions: [solutions/02_a_picture_as_words.py](solutions/02_a_picture_as_words.py)
#
# ## What this does not show
#
# Nothing here tells a token where its patch was (notebook 4), and one vector a patch is
# not yet an answer about the picture (notebook 3). The times are of this machine alone;
# multiplications are a count, not a speed.
#
# Next: [3. The class token and pooling](03_class_token_and_pooling.ipynb)
