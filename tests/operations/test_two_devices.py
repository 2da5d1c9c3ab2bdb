"""A step on two devices is the step on one."""

import os
import subprocess
import sys

import keras
import numpy as np
import pytest

from tests.helpers import array, to_numpy
from tests.models.small import SHAPES, SMALL

SCRIPT = """if True:
    import os, sys
    if os.environ["KERAS_BACKEND"] == "tensorflow":
        import tensorflow as tf
        cpu = tf.config.list_physical_devices("CPU")[0]
        one = tf.config.LogicalDeviceConfiguration()
        tf.config.set_logical_device_configuration(cpu, [one, one])
        scope = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope()
    else:
        import contextlib, keras
        assert len(keras.distribution.list_devices()) == 2
        keras.distribution.set_distribution(keras.distribution.DataParallel())
        scope = contextlib.nullcontext()
    from tests.operations.test_two_devices import trained
    with scope:
        for name in ("vit", "swin"):
            trained(name, f"{sys.argv[1]}/{name}.npz")
"""


def trained(name, path):
    """Two steps of SGD; the weights go to a file."""
    keras.utils.set_random_seed(3)
    model = SMALL[name]()
    model.compile(keras.optimizers.SGD(0.3), "sparse_categorical_crossentropy")
    x, y = array(4, *SHAPES[name]), np.arange(4)
    model.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0)
    np.savez(path, *map(to_numpy, model.weights))


@pytest.mark.skipif(
    keras.backend.backend() == "torch", reason="Keras 3.15 has one device on PyTorch"
)
def test_fit(tmp_path):
    flags = "--xla_force_host_platform_device_count=2"
    result = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        env={**os.environ, "XLA_FLAGS": f"{os.environ['XLA_FLAGS']} {flags}"},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr[-2000:]
    for name in SMALL:
        trained(name, tmp_path / "one.npz")
        with (
            np.load(tmp_path / "one.npz") as one,
            np.load(tmp_path / f"{name}.npz") as two,
        ):
            assert len(one.files) > 20
            for key in one.files:
                np.testing.assert_allclose(two[key], one[key], rtol=1e-4, atol=1e-5)
