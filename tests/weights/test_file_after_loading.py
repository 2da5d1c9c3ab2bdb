"""What becomes of a file after it was loaded is nothing to the model."""

import json

import numpy as np

from keras_vit.weights import load_weights

# Each tensor is a multiple of 64 bytes, as JAX takes memory that is aligned to 64.
SIZES = {"hidden_dim": 32, "num_heads": 4, "mlp_dim": 48, "classes": 16}


def write_aligned(path, tensors):
    """A .safetensors file whose every tensor begins at a multiple of 64 bytes."""
    header, end = {}, 0
    for name, array in tensors.items():
        offsets = [end, end + array.nbytes]
        header[name] = {
            "dtype": "F32",
            "shape": array.shape,
            "data_offsets": offsets,
        }
        end = offsets[1]
    text = json.dumps(header).encode()
    text += b" " * (-(8 + len(text)) % 64)
    data = b"".join(array.tobytes() for array in tensors.values())
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)


def test_overwritten_and_truncated(small_vit, values, tmp_path):
    path = tmp_path / "start.safetensors"
    saved = small_vit(**SIZES)
    images = np.random.default_rng(3).normal(size=(2, 32, 48, 3)).astype("float32")
    known = saved.predict(images, verbose=0)
    write_aligned(path, values(saved))
    model = small_vit(**SIZES)
    load_weights(model, path)

    with open(path, "r+b") as file:  # in place, as one saves over the file
        file.write(bytes(path.stat().st_size))
    for name, array in values(model).items():
        np.testing.assert_array_equal(array, values(saved)[name], err_msg=name)
    path.write_bytes(b"")  # memory that was mapped there would end the process now
    np.testing.assert_array_equal(model.predict(images, verbose=0), known)
