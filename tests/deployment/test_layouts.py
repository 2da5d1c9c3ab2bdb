"""Weights split among the devices of JAX, by Keras's own engine."""

import json
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from keras_vit.deployment import layout_map
from tests.deployment.small import swin, vit

FILE = Path(__file__).with_name("several_devices.py")
ROOT = FILE.parents[2]


class Mesh:
    """As much of a DeviceMesh as is read, where there is one device."""

    axis_names = ("batch", "model")

    def __init__(self, count):
        self.shape = (1, count)


@pytest.mark.skipif(
    keras.backend.backend() != "jax", reason="Keras 3.15 splits weights on JAX alone"
)
def test_eight_devices_train_as_one():
    done = subprocess.run(
        [sys.executable, str(FILE)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    results = json.loads(done.stdout.splitlines()[-1])
    for name, blocks in (("vit", 2), ("swin", 3)):
        one = results[f"{name}, one"]
        for layout in ("data", "model"):
            several = results[f"{name}, {layout}"]
            np.testing.assert_allclose(several["loss"], one["loss"], atol=1e-6)
            np.testing.assert_allclose(several["outputs"], one["outputs"], atol=1e-6)
        assert one["split"] == results[f"{name}, data"]["split"] == 0
        split = results[f"{name}, model"]
        assert split["split"] == 10 * blocks
        assert len(split["moments"]) == 2
        for whole, part in [split["kernel"], *split["moments"]]:
            assert part == whole / 2  # on each device


@pytest.mark.parametrize(
    ("make", "mesh", "arguments", "message"),
    [
        (vit, Mesh(2), {}, "'encoder_block_0' has 3 attention heads, which 2 devices"),
        (swin, Mesh(3), {}, "'stage_0_block_0' has 1 attention heads"),
        (vit, Mesh(3), {}, "has 22 columns or rows, which 3 devices"),
        (vit, Mesh(3), {"axis": "rows"}, "with an axis 'rows'"),
        (vit, object(), {}, "should be a keras.distribution.DeviceMesh"),
        (vit, Mesh(1), {"whole": ["encoder_block_7"]}, "does not have"),
        (vit, Mesh(1), {"whole": "encoder_block_0"}, "should be names of layers"),
        (vit, Mesh(1), {"whole": ["encoder_block_0/mlp"]}, "No weight of"),
        (
            lambda: keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]),
            Mesh(2),
            {},
            "no blocks of this package",
        ),
    ],
)
def test_what_cannot_be_split(make, mesh, arguments, message, monkeypatch):
    monkeypatch.setattr(keras.distribution, "LayoutMap", lambda mesh: {})
    with pytest.raises(ValueError, match=message):
        layout_map(make(), mesh, **arguments)


def test_what_is_kept_whole(monkeypatch):
    monkeypatch.setattr(keras.distribution, "LayoutMap", lambda mesh: {})
    model = swin(num_heads=(1, 2))
    whole = ["stage_0_block_0/window_attention", "stage_0_block_1"]
    layouts = layout_map(model, Mesh(2), whole=whole)
    assert [path for path in layouts if "stage_0" in path.replace("\\", "")] == [
        path for path in layouts if "stage_0_block_0/mlp" in path.replace("\\", "")
    ]
    assert len(layouts) == 3 + 10
