# %% [markdown]
# # 7. Looking inside
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/keras-vit-swin/keras_vit/blob/main/tutorials/07_looking_inside.ipynb)
#
# Attention can be looked at, and that is half of the charm of Vision Transformers. The
# other half is knowing which of the pictures to believe. This notebook opens a trained
# model on photographs: what heads look at, how maps of all blocks are rolled into one and
# what that choice changes, how far heads look, what features know; and it puts maps to a
# test that attention does not always pass.
#
# **What you will learn**
#
# - attention of single heads, rollout, and what its settings change;
# - attention distance, patch filters, and principal components of features;
# - class attention beside occlusion, and a check of both: deletion and insertion;
# - the explorer, one page to look at every patch, block and head.
#
# **What it needs**: notebooks 1 to 4. **Time**: five minutes on two CPU cores, less on a
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
import matplotlib.pyplot as plt
import numpy as np
from PIL import Image

from keras_vit import inspection, teaching

# %% [markdown]
# ## Which model, and which pictures?
#
# [DINOv2](https://arxiv.org/abs/2304.07193)'s ViT-S/14, trained without labels on 142
# million pictures; without a network, the small ViT of this package takes its place.

# %%
names = ["cat", "astronaut", "coffee", "rocket"][: 2 if FAST else 4]
photos = teaching.photographs(names, size=224)


def prepared(pictures):
    """As DINOv2 takes them: ImageNet's mean and std."""
    return keras_vit.preprocess_input(pictures, "dinov2", "ViTS14", image_size=224)


images = prepared(photos)
model = teaching.pretrained_vit(image_size=224)
side = 224 // 14
depth = sum(layer.name.startswith("encoder_block") for layer in model.layers)
print(f"{model.name}: {depth} blocks, {side} x {side} patches")

# %% [markdown]
# ## What do single heads look at?
#
# `attention_maps` gives the scores of each block, here of the last: (pictures, heads,
# queries, keys). The class token's row, without itself, is a map over the patches.

# %%
(last,) = inspection.attention_maps(model, images, layers=-1)
print("scores of the last block:", last.shape)
of_class_token = last[:, :, 0, 1:].reshape(len(names), -1, side, side)
figure = inspection.plot_attention_heads(
    of_class_token[0], photos[0], title="Class token, last block"
)
alt = "A cat's photograph under one map of attention for each head."
teaching.show(figure, alt, dpi=60)

# %% [markdown]
# **What you see.** Six heads, six opinions. Head 2 looks at the cheek and beside the nose,
# head 3 at a few patches of the right rim and hardly anywhere else; the others spread
# over the fur, with bright patches at the rims. None of them outlines the cat.

# %% [markdown]
# ## One map for the whole model?
#
# A block's attention says what is mixed *there*; what it mixes has been mixed before.
# *Rollout* ([arXiv 2005.00928](https://arxiv.org/abs/2005.00928)) multiplies the blocks'
# matrices. Half of each is the identity, for the residual stream that carries every token
# on:
#
# $$R = \tilde A_L \cdots \tilde A_1, \qquad \tilde A_\ell = \tfrac12\,(\bar A_\ell + I)$$
#
# $\bar A_\ell$ is the mean of block $\ell$'s scores over heads. Ten lines of NumPy, held
# against the package:

# %%
maps = inspection.attention_maps(model, images)
R = np.eye(maps[0].shape[-1])
for scores in maps:
    mixed = (scores.mean(axis=1) + np.eye(scores.shape[-1])) / 2
    assert np.allclose(mixed.sum(axis=-1), 1, atol=1e-4)  # each row shares out a whole
    R = mixed @ R
by_hand = R[:, 0, 1:].reshape(-1, side, side)
rollout = inspection.attention_rollout(model, images)
print(f"rollout and NumPy differ by {np.abs(rollout - by_hand).max():.1e}")
assert np.allclose(rollout, by_hand, atol=1e-5)

# %%
choices = {
    "mean of heads": {},
    "max of heads": {"head_fusion": "max"},
    "90 % dropped": {"discard_ratio": 0.9},
    "both": {"head_fusion": "max", "discard_ratio": 0.9},
}
rolled = {
    name: inspection.attention_rollout(model, images, **choice)
    for name, choice in choices.items()
}
figure = plt.figure(figsize=(10, 5), layout="constrained")
for row, picture in enumerate((0, 1)):
    for column, (name, values) in enumerate(rolled.items()):
        axes = figure.add_subplot(2, 4, 4 * row + column + 1)
        inspection.plot_attention_rollout(values[picture], photos[picture], ax=axes)
        axes.set_title(name, fontsize=12)
teaching.show(
    figure,
    "Rollout over a cat and an astronaut in four ways: mean of heads, largest of heads, "
    "with nine tenths of the scores dropped, and both.",
    dpi=60,
)


# %%
def rolled_by_hand(discard, keepdims):
    """Rollout of the first picture; without `keepdims` the sums divide columns."""
    R = np.eye(maps[0].shape[-1])
    for scores in maps:
        fused = scores[0].mean(axis=0).copy()
        column = fused[:, 0].copy()
        fused[fused < np.quantile(fused, discard)] = 0
        fused[:, 0] = column  # the class token is never dropped
        mixed = (fused + np.eye(len(fused))) / 2
        R = (mixed / mixed.sum(axis=-1, keepdims=keepdims)) @ R
    return R[0, 1:]


for discard in (0, 0.9):
    right, slip = rolled_by_hand(discard, True), rolled_by_hand(discard, False)
    print(f"{discard:.0%} dropped: correlation {np.corrcoef(right, slip)[0, 1]:.4f}")
plain = rollout[0].ravel()
for name, values in rolled.items():
    correlation = np.corrcoef(plain, values[0].ravel())[0, 1]
    print(f"{name:14} correlates with the plain rollout by {correlation:.2f}")

# %% [markdown]
# **What you see.** A few single patches outshine all else, on the cat's brow as on the
# astronaut's suit, whatever the choice. It still matters: the astronaut's head lights up
# only where nine tenths of the mean are dropped. For the cat all four agree closely.
#
# The slip that some codes have, dividing columns by the sums of rows, changes nothing
# while rows sum to one; it begins to show, barely here, where small entries are dropped.

# %% [markdown]
# ## How far do heads look?
#
# Weigh the distance between two patches by the attention between them: the mean is how
# far a head looks, in pixels (the ViT paper's Figure 7, right, and Figure 11). The
# weights over patches are made to add up to one again, since the class token lies
# nowhere.

# %%
distances = inspection.attention_distance(model, images)
print("(blocks, heads):", distances.shape)
print("first block: ", np.sort(distances[0]).round(0), "pixels")
print("last block:  ", np.sort(distances[-1]).round(0), "pixels")
everywhere = np.indices((side, side)).reshape(2, -1) * 14.0
apart = np.linalg.norm(everywhere[:, :, None] - everywhere[:, None, :], axis=0)
print(f"a head that looks everywhere alike: {apart.mean():.0f} pixels")
figure = inspection.plot_attention_distance(distances)
teaching.show(
    figure, "A dot for each head over the blocks: how far it looks, in pixels."
)

# %% [markdown]
# **What you see.** Heads of the first block look far, all of them, not much less than one
# that looks everywhere alike. From the second to the fifth block some heads look at their
# neighbors alone, two patches away or less, beside others that look far. Towards the end
# such short-sighted heads are gone. The ViT paper found near and far heads already in the
# first block: another training, another picture.

# %% [markdown]
# ## What do the features know?
#
# Take the tokens of all four pictures after the last block, and their three strongest
# directions (principal components) as red, green and blue. The first component alone,
# cut in two, tells object from background.

# %%
result = inspection.feature_pca(model, images)
shares = result.foreground.mean(axis=(1, 2)).round(2).tolist()
print("share of object:", dict(zip(names, shares, strict=True)))
figure = inspection.plot_feature_pca(result, photos)
teaching.show(
    figure,
    "Four photographs, and beside each its object in colors of its features on black.",
    dpi=60,
)

# %% [markdown]
# **What you see.** Cup and saucer, the cat, the woman in her suit stand out from black; of
# the rocket's picture the rocket itself and bits on the ground are left. The colors are
# shared by all four: the cat is green, the astronaut's head is not colored as her suit,
# and the cup not as its saucer. Nobody told the model what an object is.

# %% [markdown]
# ## Which patches speak for a class?
#
# Attention maps say nothing of classes. *Class attention*
# ([arXiv 2103.15679](https://arxiv.org/abs/2103.15679)) weighs each score by the gradient
# of the class's answer; *occlusion* takes no attention for an answer: it grays out each
# part of the picture and looks at what the answer loses. To compare them we want pictures
# of which we know where the thing is: four crops, put together at random.

# %%
things = ["cat", "astronaut", "coffee", "rocket"]
others = [name for name in teaching.PHOTOGRAPHS if name not in things]
pixels = {name: teaching.photograph(name) for name in teaching.PHOTOGRAPHS}
rng = np.random.default_rng(0)


def crop(name):
    """A square of a photograph, 60 to 100 % of its side, at times mirrored."""
    photo = pixels[name]
    size = int(min(photo.shape[:2]) * rng.uniform(0.6, 1))
    top, left = (rng.integers(length - size + 1) for length in photo.shape[:2])
    square = Image.fromarray(photo[top : top + size, left : left + size])
    small = np.asarray(square.resize((112, 112), Image.Resampling.BICUBIC))
    return small[:, ::-1] if rng.random() < 0.5 else small


def mosaic(named):
    """Four crops as one picture of 224 x 224 pixels."""
    a, b, c, d = (crop(name) for name in named)
    return np.vstack([np.hstack([a, b]), np.hstack([c, d])])


def drawn():
    """Names of four photographs; each of the things is among them in 4 of 10."""
    chosen = [name for name in things if rng.random() < 0.4]
    rest = rng.choice(others, 4 - len(chosen), replace=False)
    return list(rng.permutation([*chosen, *rest]))


# %% [markdown]
# A *linear probe* asks: is the thing in the picture? It is one dense layer on the class
# token, fitted to answer 1 where it is and 0 where not (least squares, with a penalty on
# large weights). The model itself stays as it is.

# %%
inside = [drawn() for _ in range(96 if FAST else 240)]
pictures = prepared(np.stack([mosaic(named) for named in inside]))
truth = np.array([[name in named for name in things] for named in inside], float)
features = model.predict(pictures, batch_size=20, verbose=0)[:, 0].astype("float64")
learn = len(inside) * 3 // 4  # the rest is to test with
mean, std = features[:learn].mean(axis=0), features[:learn].std(axis=0)
scaled = np.c_[(features - mean) / std, np.ones(len(features))]
known = scaled[:learn]
W = np.linalg.solve(
    known.T @ known + 3 * np.eye(known.shape[1]), known.T @ truth[:learn]
)
right = ((scaled[learn:] @ W > 0.5) == (truth[learn:] > 0.5)).mean(axis=0)
print("right:", dict(zip(things, right.round(2).tolist(), strict=True)))
assert right.mean() > 0.7  # "no" to everything is right in 0.6

probe = keras.layers.Dense(len(things), name="probe")
classifier = keras.Model(model.input, probe(model.output[:, 0]))
kernel = W[:-1] / std[:, None]
probe.set_weights([kernel, W[-1] - mean @ kernel])

# %% [markdown]
# Three new pictures, each with a thing asked for, and one other thing that should not
# matter:

# %%
asked = [0, 1] if FAST else [0, 1, 2]
named = [
    list(rng.permutation([things[i], things[i + 1], *rng.choice(others, 2, False)]))
    for i in asked
]
mosaics = np.stack([mosaic(four) for four in named])
inputs = prepared(mosaics)
for i, answer in zip(asked, classifier.predict(inputs, verbose=0), strict=True):
    words = [f"{name} {a:.2f}" for name, a in zip(things, answer, strict=True)]
    print(f"{things[i]}? ", ", ".join(words))
part = 28  # pixels of a side
explained = {
    "class attention": inspection.class_attention(classifier, inputs, asked),
    "occlusion": inspection.occlusion(classifier, inputs, asked, patch_size=part),
    "rollout": inspection.attention_rollout(classifier, inputs),
}
draw = {
    "class attention": inspection.plot_class_attention,
    "occlusion": inspection.plot_occlusion,
}
figure = plt.figure(figsize=(10, 7), layout="constrained")
for row, (way, plot) in enumerate(draw.items()):
    for column, i in enumerate(asked):
        axes = figure.add_subplot(2, 3, 3 * row + column + 1)
        plot(explained[way][column], mosaics[column], ax=axes)
        axes.set_title(f"{things[i]}: {way}", fontsize=12)
teaching.show(
    figure,
    "Pictures of four crops each, with class attention above and occlusion below for "
    "one thing that is in each.",
    dpi=60,
)

# %%
for way, maps_of_way in explained.items():
    shares = []
    for four, i, values in zip(named, asked, maps_of_way, strict=True):
        half = len(values) // 2
        quarters = values.clip(0).reshape(2, half, 2, half).sum(axis=(1, 3))
        shares.append(quarters.ravel()[four.index(things[i])] / quarters.sum())
    print(f"{way:16} in the thing's quarter:", [f"{share:.0%}" for share in shares])
print(f"{'by chance':16} in the thing's quarter: 25%")

# %% [markdown]
# **What you see.** Both ways find the cat's face and the cup. For the astronaut, whose
# picture holds a cup as well, class attention marks her suit and also the cup, with a
# third of its sum in the right quarter; occlusion shows the cup in blue, since without it
# the answer for "astronaut" *rises*. Rollout knows no class: for two of three pictures it
# is near chance.

# %% [markdown]
# ## Which map may be believed?
#
# If a map is right, graying out its highest parts first should make the answer fall fast,
# and showing them first should make it rise fast: faster than in a random order
# ([arXiv 1806.07421](https://arxiv.org/abs/1806.07421), section 4.2). That is a test
# which a map can fail.

# %%
grid = 224 // part
tests = {}
print("area under the curve of deletion (lower is better), insertion (higher):")
for way, values in explained.items():
    step = values.shape[1] // grid  # all maps on one grid
    even = values.reshape(-1, grid, step, grid, step).mean(axis=(2, 4))
    tests[way] = inspection.faithfulness(
        classifier, inputs, even, asked, steps=4 if FAST else 8, num_random=2
    )
    areas = {name: area.round(2) for name, area in tests[way].areas.items()}
    print(f"{way:16} {areas['deletion']}  {areas['insertion']}")
print(f"{'random order':16} {areas['random_deletion']}  {areas['random_insertion']}")
for way in ("class attention", "occlusion"):
    mean = {name: area.mean() for name, area in tests[way].areas.items()}
    assert mean["deletion"] < mean["random_deletion"]
    assert mean["insertion"] > mean["random_insertion"]

# %%
figure = inspection.plot_faithfulness(tests["class attention"], title="Class attention")
teaching.show(
    figure,
    "The answer as parts are grayed out, and as they are shown, in the order of class "
    "attention and in random orders.",
)

# %% [markdown]
# **What you see.** In the order of class attention the answer is gone when a third of the
# picture is gray, in a random order when four fifths are; shown first, an eighth brings
# back most of it. Occlusion passes the test as well. Rollout mostly does, though it knows
# no class, but not for the astronaut: showing its patches first is no better than random.

# %% [markdown]
# ## A page to look around in
#
# `explorer` writes one file that needs no server and loads nothing: hover over a patch,
# and see where it attends, by block and head. In a notebook it shows itself; here we
# write it to a file and say how large it is.

# %%
page = inspection.explorer(
    teaching.small_vit(image_size=224),
    images[:1],
    "explorer.html",
    titles=["cat"],
    layers=[0, -1],
    class_names=teaching.PHOTOGRAPHS,
)
print(page)

# %% [markdown]
# Put `page` alone on the last line of a cell to see it.
#
# ## Exercises
#
# 1. **Predict**: what is the rollout of a model whose heads all attend evenly to all
#    tokens? Work it out for two blocks, then check.
# 2. **Change**: `teaching.small_vit()` names this package's 14 photographs. Cut a head out
#    of it with `inspection.knock_out(small, heads=[(0, 0)])`. Do its answers suffer?
#    Which head hurts most?
# 3. **Explore**: `inspection.logit_lens(small, images)` asks its classifier about each
#    patch after each block. After which blocks do the cat's patches say "cat"?
#
# Solutions: [solutions/07_looking_inside.py](solutions/07_looking_inside.py)
#
# ## What this does not show
#
# One picture is an anecdote: what holds for a model needs many. The classifier has seen
# these very photographs, so its certainty is no sign of skill. And no map here says *why*
# a patch matters, only that it does.
#
# Next: [8. Swin 1: attention in windows](08_swin_windows.ipynb)
