"""Pictures that a test can tell apart, in every kind of source, made once a run."""

import struct

import numpy as np
import pytest

tf = pytest.importorskip("tensorflow", reason="the data room needs TensorFlow")

HEIGHT, WIDTH = 13, 17
GIF = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)


@pytest.fixture(scope="session")
def pictures():
    """Eleven uint8 images (13, 17, 3) of noise."""
    shape = (11, HEIGHT, WIDTH, 3)
    return np.random.default_rng(0).integers(0, 256, shape, dtype="uint8")


@pytest.fixture(scope="session")
def labels():
    return np.array([0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 4])


def bmp(image):
    """Encode (H, W, 3) as an uncompressed BMP: rows from below, blue first, padded."""
    height, width, _ = image.shape
    padding = b"\0" * (-3 * width % 4)
    rows = b"".join(row[:, ::-1].tobytes() + padding for row in image[::-1])
    header = struct.pack("<2sIHHI", b"BM", 54 + len(rows), 0, 0, 54)
    sizes = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return header + sizes + rows


@pytest.fixture(scope="session")
def folder(tmp_path_factory, pictures):
    """ant/ 3 JPEG + 1 deeper, bee/ PNG (RGB, RGBA, grey) and BMP, cat/ 3 PNG, a GIF."""
    root = tmp_path_factory.mktemp("folder")
    for name in ("ant/deeper", "bee", "cat"):
        (root / name).mkdir(parents=True)
    png, jpeg = tf.io.encode_png, tf.io.encode_jpeg
    rgba = np.concatenate([pictures[5], pictures[6][..., :1]], -1)
    files = {
        "ant/0.jpg": jpeg(pictures[0], quality=100).numpy(),
        "ant/1.JPEG": jpeg(pictures[1], quality=100).numpy(),
        "ant/2.jpg": jpeg(pictures[2][..., :1], "grayscale", quality=100).numpy(),
        "ant/deeper/3.jpg": jpeg(pictures[3], quality=100).numpy(),
        "bee/0.png": png(pictures[4]).numpy(),
        "bee/1.png": png(rgba).numpy(),
        "bee/2.png": png(pictures[6][..., :1]).numpy(),
        "bee/3.bmp": bmp(pictures[7]),
        "cat/0.png": png(pictures[8]).numpy(),
        "cat/1.png": png(pictures[9]).numpy(),
        "cat/2.gif": GIF,
        "cat/notes.txt": b"not an image",
        "cat/.hidden.png": b"not an image either",
    }
    for name, content in files.items():
        (root / name).write_bytes(content)
    return root


@pytest.fixture(scope="session")
def tfds_name(tmp_path_factory):
    """The name of a real TFDS set on the disk, in a directory that TFDS looks into."""
    tfds = pytest.importorskip("tensorflow_datasets")

    class KerasVitScans(tfds.core.GeneratorBasedBuilder):
        """Seven and three noisy scans."""

        VERSION = tfds.core.Version("1.0.0")

        def _info(self):
            features = {
                "image": tfds.features.Image(shape=(None, None, 3)),
                "label": tfds.features.ClassLabel(names=["odd", "even"]),
                "note": tfds.features.Text(),
            }
            return self.dataset_info_from_configs(
                features=tfds.features.FeaturesDict(features),
                supervised_keys=("image", "label"),
            )

        def _split_generators(self, dl_manager):
            return {
                "train": self._generate_examples(7),
                "test": self._generate_examples(3),
            }

        def _generate_examples(self, count):
            for i in range(count):
                shape = (HEIGHT + i, WIDTH, 3)
                image = np.full(shape, 20 * i + count, dtype="uint8")
                yield i, {"image": image, "label": i % 2, "note": "n"}

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TFDS_DATA_DIR", str(tmp_path_factory.mktemp("tfds")))
        yield "keras_vit_scans"
