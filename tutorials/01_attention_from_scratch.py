# %% [markdown]
# # 1. Attention from scratch
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/keras-vit-swin/keras_vit/blob/main/tutorials/01_attention_from_scratch.ipynb)
#
# A Vision Transformer has one idea at its heart: every part of the picture may ask every
# other part for what it needs. This notebook builds that idea from a look-up in a
# dictionary to the layer of the paper, and holds each step against the real thing.
#
# **What you will learn**
#
# - what queries, keys and values are, and how a soft look-up works;
# - how the look-up of a whole picture becomes two products of matrices;
# - why the paper divides by $\sqrt{d}$, seen in entropies and gradients;
# - what many heads add, and what attention cannot know: the order of its tokens.
#
# **What it needs**: nothing but arithmetic. **Time**: half a minute on a CPU or GPU.

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
# ## What does it mean to look something up softly?
#
# A dictionary answers a *query* with the *value* of the one *key* that equals it. A soft
# dictionary compares the query with all keys, and answers with a mixture of all values:
# much of those whose keys are alike, little of the others.
#
# Here are four keys, arrows of two numbers, each with a value, and one query. How alike
# two arrows are is told by their dot product.

# %%
QUERY, KEY, VALUE = teaching.QUERY, teaching.KEY, teaching.VALUE  # one color each

keys = np.array([[2.0, 0.2], [1.2, 1.6], [-1.0, 1.5], [-1.2, -1.4]])
values = np.array([1.0, 2.0, 3.0, 4.0])
query = np.array([1.5, 1.0])


def softmax(logits):
    """Positive numbers that add up to one along the last axis."""
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


similarity = keys @ query
weights = softmax(similarity)
answer = weights @ values
print("similarity", similarity.round(2))
print("weights   ", weights.round(3), "sum", weights.sum().round(6))
print("answer    ", answer.round(3))

# %%
figure = plt.figure(figsize=(8, 3.6), layout="constrained")
left, right = figure.subplots(1, 2)
for number, key in enumerate(keys):
    left.annotate(
        "", key, (0, 0), arrowprops={"arrowstyle": "->", "color": KEY, "lw": 2}
    )
    left.text(*(1.12 * key + [0, 0.1]), f"key {number + 1}", color=KEY, ha="center")
left.annotate(
    "", query, (0, 0), arrowprops={"arrowstyle": "->", "color": QUERY, "lw": 3}
)
left.text(*(1.15 * query), "query", color=QUERY, ha="center")
left.set(xlim=(-2.4, 2.6), ylim=(-2, 2.2), title="A query among keys", aspect="equal")
right.bar(range(1, 5), weights, color=VALUE)
right.set(xticks=range(1, 5), xlabel="value", ylabel="weight (they add up to 1)")
right.set_title(f"How much of each value: {answer:.2f}")
teaching.show(
    figure,
    "Four orange arrows, the keys, and a blue one, the query, between the first two; "
    "beside it bars: nearly all weight lies on the first two values.",
)

# %% [markdown]
# **What you see.** The query points between the first two keys, and these two share
# nearly all of the weight. The keys that point away get almost nothing, but never
# exactly nothing: a soft look-up can be differentiated, and so it can be learned.

# %% [markdown]
# ## How does a whole picture ask at once?
#
# In self-attention each of $N$ tokens is the asker, the asked and the answer. Three
# learned matrices make a query, a key and a value of each token $x_i$ (appendix A of the
# [ViT paper](https://arxiv.org/abs/2010.11929), Equations 5 to 7):
#
# $$[q, k, v] = x\,U_{qkv}, \qquad
# A = \mathrm{softmax}\!\left(\frac{q\,k^\top}{\sqrt{D_h}}\right), \qquad
# \mathrm{SA}(x) = A\,v$$
#
# Here $x$ is the $N \times D$ matrix of tokens, $q$, $k$, $v$ are $N \times D_h$, $A$ is
# the $N \times N$ matrix of weights, row $i$ being what token $i$ takes from each, and
# $D_h$ is the width of a head. First with loops, one token at a time; then as matrices.

# %%
rng = np.random.default_rng(0)
N, D, D_h = 5, 12, 4  # tokens, their width, a head's width
x = rng.normal(size=(N, D))
U_q, U_k, U_v = (rng.normal(size=(D, D_h)) / np.sqrt(D) for _ in range(3))


def attention_in_loops(x):
    answers = []
    for i in range(len(x)):
        q_i = x[i] @ U_q
        similarity = [q_i @ (x[j] @ U_k) / np.sqrt(D_h) for j in range(len(x))]
        weights = softmax(np.array(similarity))
        answers.append(sum(weights[j] * (x[j] @ U_v) for j in range(len(x))))
    return np.stack(answers)


def attention(q, k, v):
    weights = softmax(q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1]))
    return weights @ v, weights


answers, A = attention(x @ U_q, x @ U_k, x @ U_v)
difference = np.abs(answers - attention_in_loops(x)).max()
print(f"matrices and loops differ by {difference:.1e}")
assert difference < 1e-12
assert np.allclose(A.sum(axis=1), 1)  # each row shares out a whole

# %% [markdown]
# ## Can attention see without having learned anything?
#
# Let us take a photograph apart into patches of 16 x 16 pixels, and let the patches'
# colors be their own queries, keys and values. What does one patch of the cup look at?

# %%
photo = teaching.photographs(["coffee"], size=224)[0] / 255
rows = columns = 224 // 16
patches = photo.reshape(rows, 16, columns, 16, 3).swapaxes(1, 2)
colors = patches.mean(axis=(2, 3)).reshape(-1, 3)  # (196, 3): mean color of a patch
tokens = colors - colors.mean(axis=0)
tokens *= 10 / np.linalg.norm(
    tokens, axis=1, keepdims=True
)  # hue decides, not strength
_, A_photo = attention(tokens, tokens, tokens)

asked = (5, 7), (12, 1)  # (row, column) of two patches
figure = plt.figure(figsize=(9, 3.3), layout="constrained")
panels = figure.subplots(1, 3)
panels[0].imshow(photo)
panels[0].set_title("14 x 14 patches")
for axes, (row, column), name in zip(
    panels[1:], asked, ("first", "second"), strict=True
):
    weights = A_photo[row * columns + column].reshape(rows, columns)
    drawn = axes.imshow(weights, cmap="viridis", extent=(0, 224, 224, 0))
    figure.colorbar(drawn, ax=axes, shrink=0.7, label="weight")
    for panel in (panels[0], axes):
        panel.plot(16 * column + 8, 16 * row + 8, "o", color=QUERY, mec="white", ms=9)
    axes.set_title(f"{name.capitalize()} patch attends to")
for panel in panels:
    panel.set_axis_off()
teaching.show(
    figure,
    "A cup of coffee with two marked patches, and for each a map of the weights: "
    "patches of a like color are bright.",
)

# %% [markdown]
# **What you see.** Each patch, marked by a blue dot, finds patches of its own hue,
# wherever they lie. The one in the coffee finds the coffee, and the wooden table in the
# corner too: hue is all that this attention has, and nothing in it knows that neighbors
# belong together. A trained model learns, through $U_q$ and $U_k$, what should count as
# similar.

# %% [markdown]
# ## Why divide by $\sqrt{d}$?
#
# If the $d$ numbers of a query and a key are independent with variance 1, their dot
# product has variance $d$. Large logits make the softmax a hard choice: one weight near
# 1, the others near 0. Then its *entropy* (how evenly it shares, in nats) is near 0, and
# so is its *gradient*: nothing can be learned from a choice that does not move.

# %%
widths = 2 ** np.arange(1, 11)
measured = {"divided by √d": np.sqrt(widths), "as they are": np.ones(len(widths))}
entropies, gradients = {}, {}
for name, divisors in measured.items():
    entropies[name], gradients[name] = [], []
    for d, divisor in zip(widths, divisors, strict=True):
        q, k = rng.normal(size=(2, 40, 64, d))  # 40 times 64 queries and 64 keys
        p = softmax(q @ k.swapaxes(1, 2) / divisor)
        entropy = -(p * np.log(p + 1e-300)).sum(axis=-1)
        entropies[name].append(entropy.mean())
        # The softmax's own derivative, dp_j / dlogit_j = p_j (1 - p_j), summed over j.
        gradients[name].append((p * (1 - p)).sum(axis=-1).mean())
print("d = 1024, entropy in nats:", {n: f"{e[-1]:.2f}" for n, e in entropies.items()})
print(f"even shares of 64 keys have {np.log(64):.2f} nats")
assert entropies["divided by √d"][-1] > 10 * entropies["as they are"][-1]
assert gradients["divided by √d"][-1] > 5 * gradients["as they are"][-1]

# %%
figure = plt.figure(figsize=(9, 3.2), layout="constrained")
left, right = figure.subplots(1, 2)
for name in measured:
    left.plot(widths, entropies[name], "o-", label=name)
    right.plot(widths, gradients[name], "o-", label=name)
left.axhline(np.log(64), color="gray", ls=":")
left.text(2, np.log(64) - 0.28, "even shares", color="gray")
left.set(xlabel="d, width of a head", ylabel="nats", title="Entropy")
right.set(xlabel="d, width of a head", title="Gradient of the softmax")
for axes in (left, right):
    axes.set_xscale("log", base=2)
right.legend(frameon=False)
teaching.show(
    figure,
    "Two pairs of curves over the width of a head: divided by the root of d, entropy and "
    "gradient stay level; without it both fall towards zero.",
)

# %% [markdown]
# **What you see.** Divided by $\sqrt{d}$, both entropy and gradient are the same for
# every width. Without it they fall towards zero as heads grow wider: the softmax
# becomes a choice of one key, and stops learning.

# %% [markdown]
# ## What do many heads add?
#
# One softmax can make one mixture. *Multi-head* attention makes $k$ of them side by
# side, each in its own $D_h = D / k$ channels, and mixes the answers with one more matrix
# (Equation 8):
#
# $$\mathrm{MSA}(x) = [\mathrm{SA}_1(x);\,\dots;\,\mathrm{SA}_k(x)]\;U_{msa}$$
#
# $[\,;]$ sets the heads' answers next to each other, and $U_{msa}$ is $D \times D$. The
# package's layer is exactly this. We take its weights, do the sum by hand, and give the
# same weights to Keras's own layer: all three must agree.

# %%
heads = 3
layer = keras_vit.layers.MultiHeadSelfAttention(num_heads=heads)
tokens = rng.normal(size=(2, N, D)).astype("float32")  # two pictures of five tokens
layer.build(tokens.shape)
for weight in layer.weights:
    weight.assign(0.5 * rng.normal(size=weight.shape))


def numbers(tensor):
    return keras.ops.convert_to_numpy(tensor)


def by_hand(tokens):
    def split(dense):  # (B, N, D) -> (B, heads, N, D/heads)
        projected = tokens @ numbers(dense.kernel) + numbers(dense.bias)
        return projected.reshape(*tokens.shape[:2], heads, -1).swapaxes(1, 2)

    q, k, v = map(split, (layer.query_dense, layer.key_dense, layer.value_dense))
    answers, weights = attention(q, k, v)
    together = answers.swapaxes(1, 2).reshape(tokens.shape)
    output = layer.output_dense
    return together @ numbers(output.kernel) + numbers(output.bias), weights


answers, scores = layer(tokens, return_attention_scores=True)
expected, expected_scores = by_hand(tokens)
print("scores: (pictures, heads, queries, keys) =", tuple(scores.shape))
print(f"layer and NumPy differ by {np.abs(numbers(answers) - expected).max():.1e}")
assert np.allclose(numbers(answers), expected, atol=1e-5)
assert np.allclose(numbers(scores), expected_scores, atol=1e-5)

# %%
keras_layer = keras.layers.MultiHeadAttention(num_heads=heads, key_dim=D // heads)
keras_layer.build(tokens.shape, tokens.shape)
parts = layer.query_dense, layer.key_dense, layer.value_dense
arrays = []
for dense in parts:  # Keras keeps heads apart: (D, heads, D_h)
    arrays.append(numbers(dense.kernel).reshape(D, heads, -1))
    arrays.append(numbers(dense.bias).reshape(heads, -1))
arrays.append(numbers(layer.output_dense.kernel).reshape(heads, D // heads, D))
arrays.append(numbers(layer.output_dense.bias))
keras_layer.set_weights(arrays)
keras_answers = numbers(keras_layer(tokens, tokens))
print(f"layer and Keras differ by {np.abs(numbers(answers) - keras_answers).max():.1e}")
assert np.allclose(numbers(answers), keras_answers, atol=1e-5)

# %%
figure = plt.figure(figsize=(9, 3), layout="constrained")
for head, axes in enumerate(figure.subplots(1, heads)):
    drawn = axes.imshow(numbers(scores)[0, head], cmap="viridis", vmin=0, vmax=1)
    axes.set(title=f"Head {head + 1}", xlabel="key (token)", xticks=range(N))
    axes.set(yticks=range(N), ylabel="query (token)" if head == 0 else "")
figure.colorbar(drawn, ax=figure.axes, label="weight, 0 to 1")
teaching.show(
    figure,
    "Three matrices of five by five weights, one a head: each head shares out "
    "its weight in another way.",
)

# %% [markdown]
# **What you see.** Each row is one token's question and adds up to one. The three heads
# share out differently, since each has its own part of the query and key matrices:
# several questions are asked at once.

# %% [markdown]
# ## Does attention know the order of its tokens?
#
# Nothing in the formula uses a token's place. If the tokens are put in another order,
# the answers should come out in that other order, and otherwise be the same. Let us
# look.

# %%
order = np.array([3, 0, 4, 1, 2])
shuffled = numbers(layer(tokens[:, order]))
difference = np.abs(shuffled - numbers(answers)[:, order]).max()
print(f"shuffle, then attend; attend, then shuffle: they differ by {difference:.1e}")
assert difference < 1e-5

mean_before = numbers(answers).mean(axis=1)
mean_after = shuffled.mean(axis=1)
assert np.allclose(mean_before, mean_after, atol=1e-5)

# %% [markdown]
# **What you see.** It makes no difference whether we shuffle before or after: attention
# treats its tokens as a bag. The mean over all tokens does not change at all. To such a
# model a picture and its shuffled patches are one and the same, which is why the ViT
# adds a *position embedding* to each token (notebook 4).

# %% [markdown]
# ## Exercises
#
# 1. **Predict**: give the first dictionary a fifth key that equals key 1, with value 9.
#    What happens to the weight of value 1, and to the answer? Compute it.
# 2. **Change**: divide by $d$ instead of $\sqrt{d}$. What do entropy and gradient tend
#    to as $d$ grows, and what would that mean for learning?
# 3. **Explore**: call the layer with `attention_mask=np.tril(np.ones((N, N), bool))`.
#    Which entries of the scores vanish, and does each row still add up to one?
#
# Solutions: [solutions/01_attention_from_scratch.py](solutions/01_attention_from_scratch.py)
#
# ## What this does not show
#
# The weights above were random: no head had learned anything, and what trained heads do
# is the matter of notebook 7. Attention weights say what is mixed, not why; and the cost,
# which grows with $N^2$, is the matter of notebooks 2 and 8.
#
# Next: [2. A picture as words](02_a_picture_as_words.ipynb)
