"""Whatever a broken disk makes of a file: it is read, or refused with a ValueError."""

import functools
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import keras_vit
from keras_vit.weights import load_weights
from tests.weights.test_file_after_loading import write_aligned

REFERENCE = Path(__file__).parents[1] / "reference"
EXAMPLES = int(os.environ.get("MUTATED_FILES", 2000))  # of each ending
ENDINGS = (".safetensors", ".npz", ".pth", ".weights.h5", ".keras")
# Where something was written over what was there: place, bytes.
PATCHES = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=9)),
    min_size=1,
    max_size=5,
)
# The ends hold most of what describes a file; so do a file's first places.
WHERE = st.sampled_from(("anywhere", "beginning", "end"))


@functools.cache
def small_model():
    sizes = {"hidden_dim": 4, "num_layers": 1, "num_heads": 1, "mlp_dim": 5}
    shape = {"input_shape": (8, 12, 3), "patch_size": 4, "classes": 3}
    return keras_vit.VisionTransformer(**sizes, **shape)


@functools.cache
def whole_file(ending):
    """The bytes of a file that can be loaded."""
    path = Path(tempfile.mkdtemp()) / f"whole{ending}"
    model = small_model()
    if ending == ".npz":
        return (REFERENCE / "google_vit.npz").read_bytes()
    if ending == ".pth":
        return (REFERENCE / "microsoft_swin.pth").read_bytes()
    if ending == ".keras":
        model.save(path)
    elif ending == ".weights.h5":
        model.save_weights(path)
    else:
        arrays = {w.path: w.numpy() for w in model.weights}
        write_aligned(path, arrays)
    return path.read_bytes()


def mutate(content, patches, where, kept):
    content = bytearray(content)
    span = len(content) if where == "anywhere" else min(len(content), 2000)
    start = len(content) - span if where == "end" else 0
    for place, patch in patches:
        place = start + int(place * span)
        content[place : place + len(patch)] = patch
    return bytes(content[: max(1, int(kept * len(content)))])


@pytest.mark.slow
@pytest.mark.parametrize("ending", ENDINGS)
def test_mutated(ending, tmp_path):
    if ending == ".pth":
        pytest.importorskip("torch")
    path, model, content = tmp_path / f"a{ending}", small_model(), whole_file(ending)

    @settings(max_examples=EXAMPLES, derandomize=True, deadline=None, database=None)
    @given(PATCHES, WHERE, st.sampled_from((1.0, 1.0, 1.0, 0.9, 0.3)))
    def read(patches, where, kept):
        path.write_bytes(mutate(content, patches, where, kept))
        try:
            load_weights(model, path)
        except ValueError as error:
            assert str(path) in str(error)

    read()
