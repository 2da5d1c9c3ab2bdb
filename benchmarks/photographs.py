"""JPEGs that cost what photographs do: noise of a photograph's spectrum.

The power of photographs falls with the square of the frequency; of 500 x 375 pixels at
quality 90 they take about 107 KB, as those of ImageNet do.
"""

import os
from pathlib import Path

import numpy as np

from benchmarks.loaders.work import CLASSES

HEIGHT, WIDTH = 375, 500
LUMA, CHROMA = 50.0, 15.0  # deviations, of 255


def make(folder: Path, count: int, different: int = 200) -> None:
    """Write so many files into a folder for each class; beyond `different`, links."""
    from PIL import Image

    rng = np.random.default_rng(0)
    made: list[Path] = []
    for index in range(count):
        file = folder / str(index % CLASSES) / f"{index:04}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        if index < different:
            Image.fromarray(photograph(rng)).save(file, quality=90)
            made.append(file)
        else:
            os.link(made[index % different], file)


def photograph(rng: np.random.Generator) -> np.ndarray:
    """Return noise (H, W, 3), uint8, of a photograph's spectrum."""
    luma = LUMA * _noise(rng)[..., None]
    chroma = CHROMA * np.stack([_noise(rng) for _ in range(3)], -1)
    return np.clip(120 + luma + chroma, 0, 255).astype("uint8")


def _noise(rng: np.random.Generator) -> np.ndarray:
    rows, columns = np.fft.fftfreq(HEIGHT), np.fft.rfftfreq(WIDTH)
    frequency = np.hypot(rows[:, None], columns)
    frequency[0, 0] = np.inf  # no mean
    parts = rng.normal(size=(2, *frequency.shape))
    noise = np.fft.irfft2((parts[0] + 1j * parts[1]) / frequency, (HEIGHT, WIDTH))
    return noise / noise.std()
