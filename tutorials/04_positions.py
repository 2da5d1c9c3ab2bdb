# %% [markdown]
# # 4. Positions
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/keras-vit-swin/keras_vit/blob/main/tutorials/04_positions.ipynb)
#
# To attention a picture is a bag of patches (notebook 1). A ViT therefore adds to each
# token a vector that tells its place. Which vector hardly matters, the paper found, as
# long as there is one. This notebook shows what is lost without, trains each kind, looks
# at what trained positions know, and resizes them.
#
# **What you will learn**
#
# - that without positions the order of the patches is truly lost;
# - no, 1-D, 2-D and relative positions, with three seeds (appendix D.4, in small);
# - that learned 1-D positions find out about rows and columns by themselves;
# - how positions are carried to a larger picture.
#
# **What it needs**: notebooks 1 to 3. **Time**: four minutes on two CPU cores, less on a
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
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from keras_vit import teaching

# %% [markdown]
# ## What does a model without positions see?
#
# We cut a picture into patches, shuffle them, and show both pictures to two small models
# with random weights: one without and one with position embeddings.

# %%
rng = np.random.default_rng(0)
photo = teaching.photographs(["china"], size=224)[0]
P, side = 28, 8
patches = photo.reshape(side, P, side, P, 3).swapaxes(1, 2).reshape(-1, P, P, 3)
order = rng.permutation(side * side)
shuffled = (
    patches[order].reshape(side, side, P, P, 3).swapaxes(1, 2).reshape(photo.shape)
)

sizes = {
    "input_shape": (224, 224, 3),
    "patch_size": P,
    "hidden_dim": 48,
    "num_layers": 3,
    "num_heads": 4,
    "mlp_dim": 96,
    "include_top": False,
    "pooling": "token",
}
both = np.stack([photo, shuffled]).astype("float32") / 127.5 - 1
differences = {}
for kind in ("none", "learned"):
    keras.utils.set_random_seed(0)
    model = keras_vit.VisionTransformer(**sizes, position_embedding=kind)
    position = model.get_layer("position_embedding")
    for weight in position.weights:  # where training would start, they are tiny
        weight.assign(0.5 * rng.normal(size=weight.shape))
    one, other = model.predict(both, verbose=0)
    differences[kind] = np.abs(one - other).max()
    print(f"positions: {kind:8} the two answers differ by {differences[kind]:.1e}")
assert differences["none"] < 1e-4
assert differences["learned"] > 100 * differences["none"]

# %%
figure = plt.figure(figsize=(7, 3.4), layout="constrained")
for axes, picture, title in zip(
    figure.subplots(1, 2), (photo, shuffled), ("in order", "shuffled"), strict=True
):
    axes.imshow(picture)
    axes.set_title(f"Patches {title}")
    axes.set_axis_off()
teaching.show(
    figure, "A Chinese pavilion, and the same picture with its 64 patches shuffled."
)

# %% [markdown]
# **What you see.** Two pictures that nobody would mix up. The model without positions
# gives the same answer to both, up to rounding. With positions the answers differ more
# than a thousand times as much, although nothing has been trained yet.

# %% [markdown]
# ## Which kind of position is best?
#
# The paper tries four (appendix D.4): none; 1-D, one learned vector a token, numbered
# row by row; 2-D, half of the vector for the column and half for the row; relative, where
# attention itself is told the distance of query and key. On ImageNet its five-shot
# accuracies are 0.614, 0.642, 0.640 and 0.640: having one matters, which one hardly.
#
# We ask the same of digits of 8 x 8 pixels in 16 patches of 2 x 2, three seeds each.

# %%
digits = keras_vit.data.image_batches(
    "digits", split="train+test", image_size=8, channels=1, batch_size=2000
)
images, labels = (np.array(part) for part in next(digits.as_numpy_iterator()))
test = np.arange(len(images)) % 4 == 0
kinds = ("none", "learned") if FAST else ("none", "learned", "learned_2d", "relative")
seeds, epochs = ((0,), 8) if FAST else ((0, 1, 2), 10)


def trained(kind, seed):
    keras.utils.set_random_seed(seed)
    model = keras_vit.VisionTransformer(
        input_shape=(8, 8, 1),
        patch_size=2,
        hidden_dim=48,
        num_layers=3,
        num_heads=4,
        mlp_dim=96,
        classes=10,
        position_embedding=kind,
    )
    steps = epochs * 16
    rate = keras.optimizers.schedules.CosineDecay(
        1e-4, int(0.9 * steps), warmup_target=3e-3, warmup_steps=int(0.1 * steps)
    )
    model.compile(
        keras_vit.training.AdamW(rate, weight_decay=0.05),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    model.fit(images[~test], labels[~test], batch_size=84, epochs=epochs, verbose=0)
    return model


# %%
accuracy, models = {}, {}
for kind in kinds:
    found = []
    for seed in seeds:
        models[kind] = trained(kind, seed)
        found.append(models[kind].evaluate(images[test], labels[test], verbose=0)[1])
    accuracy[kind] = np.array(found)
    each = "  ".join(f"{value:.3f}" for value in found)
    print(f"{kind:11} mean {accuracy[kind].mean():.3f}, the seeds {each}")
assert accuracy["learned"].mean() > 0.3  # chance is 0.1

# %%
figure = plt.figure(figsize=(7, 3.2), layout="constrained")
axes = figure.subplots()
for place, kind in enumerate(kinds):
    axes.plot(np.full(len(seeds), place), accuracy[kind], "o", color="#0072B2", ms=9)
    axes.plot(place, accuracy[kind].mean(), "_", color="black", ms=24)
axes.set(xticks=range(len(kinds)), xticklabels=kinds, ylabel="test accuracy")
axes.set_title("Positions in a small ViT: a dot a seed, a line the mean")
axes.margins(x=0.2)
teaching.show(
    figure,
    "Dots of test accuracy for each kind of position; lowest without any positions.",
)

# %% [markdown]
# **What you see.** Without positions the model stays at 0.467; learned ones in 1-D and in
# 2-D bring it to 0.898 and 0.871, and the seeds of each differ by more than the two do.
# So far this is the paper's finding. Relative positions reach 0.559 only, where the paper
# has them as good as the others: that does not show here, after ten epochs on 1,347
# scans, and these runs do not tell why.

# %% [markdown]
# ## What do trained positions know?
#
# 1-D positions are not told that patches lie on a grid. In a model trained on millions of
# pictures we ask for the cosine between the position of each patch and that of every
# other: a grid of grids (the paper's Figure 7, middle).

# %%
pretrained = teaching.pretrained_vit(image_size=224)
similarity = keras_vit.inspection.position_similarity(pretrained)
print("(rows, columns, rows, columns):", similarity.shape)
figure = keras_vit.inspection.plot_position_similarity(similarity)
teaching.show(
    figure,
    "A grid of small maps, one for each place of a patch: each is brightest at its own "
    "place, and along its row and column.",
)
rows = similarity.shape[0]
middle = similarity[rows // 2, rows // 2]
assert middle.argmax() == (rows // 2) * rows + rows // 2  # each is most like itself

# %% [markdown]
# **What you see.** One small map for every second patch. Each is brightest at the place
# that it stands for: near places have positions that are alike. A brighter row and column
# show that the model has found out that the patches lie on a grid, which nobody told it.

# %% [markdown]
# ## How does a model read a larger picture?
#
# A larger picture has more patches, and there are no positions for them. Like a small
# picture, the grid of positions is resized, channel by channel (section 3.2: "2D
# interpolation"). Loading weights into a model for larger images does it.

# %%
with tempfile.TemporaryDirectory() as folder:
    file = str(Path(folder) / "small.weights.h5")
    models["learned"].save_weights(file)
    larger = keras_vit.VisionTransformer(
        input_shape=(16, 16, 1),
        patch_size=2,
        hidden_dim=48,
        num_layers=3,
        num_heads=4,
        mlp_dim=96,
        classes=10,
        weights=file,
    )


# %%
def grid(model):
    """The position of each patch, (rows, columns, D), without the class token."""
    table = keras.ops.convert_to_numpy(model.get_layer("position_embedding").embedding)
    side = round(len(table[1:]) ** 0.5)
    return table[1:].reshape(side, side, -1)


before, after = grid(models["learned"]), grid(larger)
print("positions:", before.shape, "->", after.shape)

figure = plt.figure(figsize=(9, 4), layout="constrained")
limit = np.abs(before[..., :4]).max()
for channel in range(4):
    for row, positions in enumerate((before, after)):
        axes = figure.add_subplot(2, 4, 4 * row + channel + 1)
        drawn = axes.imshow(
            positions[..., channel], cmap="cividis", vmin=-limit, vmax=limit
        )
        axes.set(title=f"channel {channel}", xticks=[], yticks=[])
figure.colorbar(drawn, ax=figure.axes, label="position embedding")
teaching.show(
    figure,
    "Four channels of the positions as maps of 4 by 4, and below them as smoother maps of "
    "8 by 8.",
)
assert np.corrcoef(before.mean(axis=(0, 1)), after.mean(axis=(0, 1)))[0, 1] > 0.95

# %% [markdown]
# **What you see.** Above the positions of 4 x 4 patches, below those of 8 x 8: the same
# landscapes on a finer grid. This is how weights trained at 224 pixels are fine-tuned at
# 384. (DINOv2's, above, were trained at 518 and resized to 224 in just this way.)

# %% [markdown]
# ## Exercises
#
# 1. **Predict**: how many numbers are in the 1-D and in the 2-D positions of ViT-B/16 at
#    224 pixels? Compute both.
# 2. **Change**: `position_embedding="sincos_2d"` has nothing to learn. Where is its
#    similarity largest, and does it fall evenly with distance?
# 3. **Explore**: shuffle the patches of all training *and* test digits by one fixed
#    order. Does the accuracy of a ViT with learned positions suffer? Why not?
#
# Solutions: [solutions/04_positions.py](solutions/04_positions.py)
#
# ## What this does not show
#
# How much positions are worth depends on the pictures. All patches of a digit are bits of
# a stroke, and without places we lose four tenths. Colors and textures of patches alone
# tell a good deal of a photograph: the paper loses three hundredths.
#
# Next: [5. Train a ViT with model.fit](05_train_a_vit.ipynb)
