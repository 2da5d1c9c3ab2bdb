"""One of some processes that train a small model: RANK COUNT PORT LAYOUT OUTPUT."""

import json
import sys
from pathlib import Path

import keras
import numpy as np

from keras_vit import deployment, training
from tests.deployment.small import vit

BATCH, STEPS = 8, 3
rank, count, port = map(int, sys.argv[1:4])
layout, output = sys.argv[4:]
on_jax = keras.backend.backend() == "jax"


def build():
    return vit(hidden_dim=14, num_heads=2)


def distribute():
    if on_jax:
        import jax

        jax.config.update("jax_cpu_collectives_implementation", "gloo")
    keras.distribution.initialize(
        job_addresses=f"127.0.0.1:{port}", num_processes=count, process_id=rank
    )
    devices = keras.distribution.list_devices()
    assert len(devices) == count
    shares = {"devices": devices, "auto_shard_dataset": False}
    if layout == "data":
        return keras.distribution.DataParallel(**shares)
    mesh = keras.distribution.DeviceMesh((1, count), ("batch", "model"), devices)
    return keras.distribution.ModelParallel(
        layout_map=deployment.layout_map(build(), mesh),
        batch_dim_name="batch",
        auto_shard_dataset=False,
    )


def here(array):
    """What of an array lies in this process."""
    if on_jax:
        return np.asarray(array.addressable_shards[0].data)
    return getattr(array, "to_local", lambda: array)().detach().numpy()


def whole(array):
    if hasattr(array, "full_tensor"):  # a DTensor, in parts
        array = array.full_tensor()
    return here(array)


if count > 1:
    keras.distribution.set_distribution(distribute())
random = np.random.default_rng(3)
images = random.normal(size=(STEPS, BATCH, 16, 24, 3)).astype("float32")
labels = random.integers(0, 7, (STEPS, BATCH))
if layout == "data":  # each process gets its share of every batch
    images, labels = (np.array_split(x, count, axis=1)[rank] for x in (images, labels))
model = build()
optimizer = training.AdamW(1e-3, weight_decay=0.05)
model.compile(optimizer, "sparse_categorical_crossentropy")
history = model.fit(
    images.reshape(-1, *images.shape[2:]),
    labels.reshape(-1),
    batch_size=images.shape[1],
    epochs=2,
    shuffle=False,
    verbose=0,
)
kernel = model.get_layer("encoder_block_0").mlp.hidden_dense.kernel
moments = [v for v in optimizer.variables if v.shape == kernel.shape]
result = {
    "loss": history.history["loss"],
    "weights": [whole(v.value).tolist() for v in model.weights],
    "split": [here(v.value).size / np.prod(v.shape) for v in (kernel, *moments)],
}
Path(output).write_text(json.dumps(result))
