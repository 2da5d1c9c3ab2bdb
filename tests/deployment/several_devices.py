"""Fit small models on one device of JAX and on eight virtual ones; print how it went.

A process of its own, since JAX counts its devices once.
"""

import json
import os

flags = "--xla_force_host_platform_device_count=8"
os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {flags}"

import keras  # noqa: E402
import numpy as np  # noqa: E402

from keras_vit import deployment, training  # noqa: E402
from tests.deployment.small import swin, vit  # noqa: E402

MODELS = {
    "vit": lambda: vit(hidden_dim=12, num_layers=2, num_heads=2),
    "swin": lambda: swin(num_heads=(2, 6)),
}
distribution = keras.distribution


def distribute(layout, build):
    """Set how what is built next lies on the devices."""
    devices = distribution.list_devices()
    assert len(devices) == 8, devices
    chosen = None
    if layout == "data":
        chosen = distribution.DataParallel(devices=devices)
    elif layout == "model":
        mesh = distribution.DeviceMesh((4, 2), ("batch", "model"), devices)
        layouts = deployment.layout_map(build(), mesh)
        chosen = distribution.ModelParallel(layout_map=layouts, batch_dim_name="batch")
    distribution.set_distribution(chosen)


def fitted(model):
    random = np.random.default_rng(3)
    images = random.normal(size=(24, *model.input_shape[1:])).astype("float32")
    labels = random.integers(0, 7, 24)
    optimizer = training.AdamW(1e-3, weight_decay=0.05)
    model.compile(optimizer, "sparse_categorical_crossentropy")
    history = model.fit(
        images, labels, batch_size=8, epochs=2, shuffle=False, verbose=0
    )
    kernels = [v for v in model.trainable_variables if v.path.endswith("hidden/kernel")]
    kernel = max(kernels, key=lambda v: v.value.nbytes)
    moments = [v for v in optimizer.variables if _is_of(v, kernel)]
    return {
        "loss": history.history["loss"],
        "outputs": np.asarray(model.predict(images, verbose=0)).tolist(),
        "kernel": sizes(kernel),
        "moments": [sizes(moment) for moment in moments],
        "split": sum(sizes(v)[1] < sizes(v)[0] for v in model.variables),
    }


def _is_of(moment, kernel):
    return kernel.path.replace("/", "_") in moment.path


def sizes(variable):
    """Bytes of all of it, and of what lies on one device."""
    array = variable.value
    return array.nbytes, array.addressable_shards[0].data.nbytes


results = {}
for name, build in MODELS.items():
    for layout in ("one", "data", "model"):
        distribute(layout, build)
        results[f"{name}, {layout}"] = fitted(build())
        distribution.set_distribution(None)
print(json.dumps(results))
