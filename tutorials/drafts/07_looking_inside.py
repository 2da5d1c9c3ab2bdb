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
# **What it needs**: notebooks 1 to 4. **Time**: three minutes on two CPU cores, less on a
# GPU.

# %% tags=["setup"]
# Where the notebook runs. In Colab this installs keras_vit from its repository, and
# leaves the TensorFlow, JAX, PyTorch and NumPy that are there as they are.
import importlib
import logging
import os
import subprocess
import sys
from importlib.metadata import distributions
from importlib.util import find_spec

os.environ.setdefault("KERAS_BACKEND", "tensorflow")  # or "jax", or "torch"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
FAST = os.environ.get("KERAS_VIT_FAST") == "1"  # less of everything, for the tests

if "google.colab" in sys.modules and find_spec("keras_vit") is None:
    kept = {"jax", "jaxlib", "numpy", "tensorflow", "torch"}
    with open("versions.txt", "w") as file:
        for package in distributions():
            if package.name in kept:
                file.write(f"{package.name}=={package.version}\n")
    repository = "git+https://github.com/keras-vit-swin/keras_vit"
    package = f"keras-vit-swin[tutorials] @ {repository}"
    command = [sys.executable, "-m", "pip", "install", "-c", "versions.txt", package]
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

from keras_vit import inspection, teaching

# %% [markdown]
# ## Which model, and which pictures?
#
# [DINOv2](https://arxiv.org/abs/2304.07193)'s ViT-S/14, trained without labels on 142
# million pictures; without a network, the small ViT of this package takes its place.

# %%
names = ["cat", "astronaut", "coffee", "rocket"]
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
# WHAT-YOU-SEE-HEADS

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
# WHAT-YOU-SEE-ROLLOUT

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
# WHAT-YOU-SEE-DISTANCE

# %% [markdown]
# ## What do the features know?
#
# Take the tokens of all four pictures after the last block, and their three strongest
# directions (principal components) as red, green and blue. The first component alone,
# cut in two, tells object from background.

# %%
result = inspection.feature_pca(model, images)
shares = result.foreground.mean(axis=(1, 2))
print("share of object:", dict(zip(names, shares.round(2), strict=True)))
figure = inspection.plot_feature_pca(result, photos)
teaching.show(
    figure,
    "Four photographs, and beside each its object in colours of its features on black.",
    dpi=60,
)

# %% [markdown]
# WHAT-YOU-SEE-PCA

# %% [markdown]
# ## Which patches speak for a class?
#
# Attention maps say nothing of classes. *Class attention*
# ([arXiv 2103.15679](https://arxiv.org/abs/2103.15679)) weighs each score by the gradient
# of the class's answer; *occlusion* takes no attention at all for an answer: it grays out
# each patch and looks at what the answer loses. We need a classifier: the small ViT of
# this package names 14 photographs. Its picture is made of two of them.

# %%
classifier = teaching.small_vit(image_size=224)
picture = photos[0].copy()  # the cat,
picture[:, 112:] = photos[2][:, 112:]  # and the coffee
both = prepared(picture[None])
answers = classifier.predict(both, verbose=0)[0]
best = np.argsort(answers)[::-1][:3]
print({teaching.PHOTOGRAPHS[i]: round(float(answers[i]), 3) for i in best})
classes = [teaching.PHOTOGRAPHS.index("cat"), teaching.PHOTOGRAPHS.index("coffee")]
assert set(best[:2]) == set(classes)

# %%
explained = {}
for number in classes:
    name = teaching.PHOTOGRAPHS[number]
    explained["class attention", name] = inspection.class_attention(
        classifier, both, number
    )
    explained["occlusion", name] = inspection.occlusion(classifier, both, number)

figure = plt.figure(figsize=(8, 7.5), layout="constrained")
draw = {
    "class attention": inspection.plot_class_attention,
    "occlusion": inspection.plot_occlusion,
}
for place, ((way, name), values) in enumerate(explained.items()):
    axes = figure.add_subplot(2, 2, place + 1)
    draw[way](values[0], picture, ax=axes)
    axes.set_title(f"{name}: {way}", fontsize=12)
teaching.show(
    figure,
    "A picture half cat and half coffee, with class attention and occlusion for each of "
    "the two classes.",
    dpi=60,
)
for way, name in explained:
    left, right = explained[way, name][0][:, :8], explained[way, name][0][:, 8:]
    share = left.clip(0).sum() / (left.clip(0).sum() + right.clip(0).sum())
    print(f"{name:7} {way:16} {share:.0%} on the cat's half")

# %% [markdown]
# WHAT-YOU-SEE-CLASS

# %% [markdown]
# ## Which map may be believed?
#
# If a map is right, graying out its highest patches first should make the answer fall
# fast, and showing them first should make it rise fast: faster than in a random order.
# That is a test which a map can fail.

# %%
cat = classes[0]
tried = {
    "occlusion": explained["occlusion", "cat"],
    "class attention": explained["class attention", "cat"],
    "rollout": inspection.attention_rollout(classifier, both),
}
tests = {
    way: inspection.faithfulness(classifier, both, values, cat, steps=8 if FAST else 16)
    for way, values in tried.items()
}
print("area under the curve of deletion (lower is better), insertion (higher):")
for way, test in tests.items():
    areas = {name: float(np.mean(area)) for name, area in test.areas.items()}
    print(f"{way:16} {areas['deletion']:.2f} {areas['insertion']:.2f}")
print(
    f"{'random order':16} {areas['random_deletion']:.2f} {areas['random_insertion']:.2f}"
)
occluded = {n: float(np.mean(a)) for n, a in tests["occlusion"].areas.items()}
assert occluded["deletion"] < occluded["random_deletion"]

# %%
figure = inspection.plot_faithfulness(tests["class attention"], title="Class attention")
teaching.show(
    figure, "The answer for cat as patches are grayed out, and as they are shown."
)

# %% [markdown]
# WHAT-YOU-SEE-FAITH

# %% [markdown]
# ## A page to look around in
#
# `explorer` writes one file that needs no server and loads nothing: hover over a patch,
# and see where it attends, by block and head. In a notebook it shows itself; here we
# write it to a file and say how large it is.

# %%
page = inspection.explorer(
    classifier,
    both,
    "explorer.html",
    titles=["cat and coffee"],
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
# 2. **Change**: cut one head out with `inspection.knock_out(model, heads=[(0, 0)])`. Does
#    the small ViT's answer for the photographs suffer? Which head hurts most?
# 3. **Explore**: `inspection.logit_lens(model, images)` asks the classifier about each
#    patch after each block. After which block do the cat's patches say "cat"?
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
