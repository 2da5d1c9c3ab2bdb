"""The table of loaders, on made-up numbers: nothing is timed here."""

import importlib
import io
import sys

import numpy as np
import pytest

from benchmarks import photographs
from benchmarks.data import BEGIN, END, summarized, table, with_table
from benchmarks.loaders import LOADERS, OURS
from benchmarks.loaders.work import MEAN, ROWS, STD

pytestmark = pytest.mark.slow


def turns(*rates):
    told = [{"images": 60, "seconds": 60 / r, "cpu_seconds": 0.12} for r in rates]
    return {"mean": 0.5}, told


ANSWERS = {OURS: turns(300, 100, 200), "timm": turns(100, 50, 160)}


def test_a_row_is_of_medians_and_their_ratio():
    row = summarized("evaluation", ANSWERS, {"torchvision": "no"})
    assert row["images_a_second"] == {OURS: 200, "timm": 100}
    assert row["best_peer"] == "timm" and row["ratio"] == 2
    assert row["ratio_range"] == [1.25, 3]
    assert row["cpu_ms_an_image"][OURS] == 2
    assert "ratio" not in summarized("evaluation", {OURS: ANSWERS[OURS]}, {})
    text = table([row])
    assert "| **keras_vit 200**, timm 100 (2.00; 1.25 to 3.00) |" in text
    assert "Did not install or run: torchvision." in text


def test_the_table_stands_between_the_markers():
    page = f"before\n{BEGIN}old\n{END}after\n"
    assert with_table(page, "new") == f"before\n{BEGIN}\nnew\n{END}after\n"
    with pytest.raises(ValueError, match="should have one"):
        with_table("no markers", "new")


def test_loaders_do_not_load_their_libraries():
    before = set(sys.modules)
    for module in LOADERS.values():
        importlib.reload(module)
    assert not (set(sys.modules) - before) & {"timm", "torchvision", "tensorflow"}
    assert next(iter(LOADERS)) == OURS and len(ROWS) == 3


def test_images_are_normalized_alike():
    from keras_vit.data import IMAGENET_MEAN, IMAGENET_STD

    assert tuple(IMAGENET_MEAN) == MEAN and tuple(IMAGENET_STD) == STD


def test_photographs_take_the_bytes_of_photographs(tmp_path):
    image = pytest.importorskip("PIL.Image")
    photographs.make(tmp_path, count=13, different=3)
    files = sorted(tmp_path.glob("*/*.jpg"))
    assert len(files) == 13 and len({file.parent for file in files}) == 10
    contents = {file.read_bytes() for file in files}
    assert len(contents) == 3
    for content in contents:
        assert 50_000 < len(content) < 200_000
        pixels = np.asarray(image.open(io.BytesIO(content)))
        assert pixels.shape == (375, 500, 3) and 30 < pixels.std() < 70
