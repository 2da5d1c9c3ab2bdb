"""Slices of a folder keep every class, overlap nowhere and miss nothing."""

import numpy as np
import pytest
import tensorflow as tf

from keras_vit.data import image_batches
from keras_vit.data.splits import parse_split


def rows(split, labels):
    return [row for part in parse_split(split) for row in part.stratified(labels)]


def counts(split, labels):
    return np.bincount(np.array(labels)[rows(split, labels)], minlength=3).tolist()


def test_every_class_is_on_both_sides():
    labels = np.repeat(range(10), 5)
    assert counts("train[:80%]", labels) == [4] * 10
    assert counts("train[80%:]", labels) == [1] * 10
    ill = [0] * 300 + [1] * 6
    assert counts("train[80%:]", ill) == [60, 1, 0]
    assert counts("train[:80%]", ill) == [240, 5, 0]
    assert counts("train[-20%:]", ill) == [60, 1, 0]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("percent", [1, 20, 37, 50, 80, 99])
def test_two_sides_of_a_cut(seed, percent):
    generator = np.random.default_rng(seed)
    sizes = generator.integers(1, 23, 11)
    labels = generator.permutation(np.repeat(range(11), sizes))
    first = rows(f"train[:{percent}%]", labels)
    rest = rows(f"train[{percent}%:]", labels)
    assert sorted(first + rest) == list(range(len(labels)))
    assert first == sorted(first) and rest == sorted(rest)
    for part, share in ((first, percent / 100), (rest, 1 - percent / 100)):
        found = np.bincount(labels[part], minlength=11)
        assert np.all(found[sizes > 1] > 0)
        assert np.all(np.abs(found - share * sizes) <= 1.5)


@pytest.mark.parametrize("step", [10, 20, 25])
def test_folds_divide_a_set(step):
    labels = np.repeat(range(7), [3, 1, 5, 2, 97, 13, 4])
    cuts = [f"train[{i}%:{i + step}%]" for i in range(0, 100, step)]
    assert sorted(rows("+".join(cuts), labels)) == list(range(len(labels)))
    assert sorted(rows("train[:50]+train[50:]", labels)) == list(range(len(labels)))


def test_numbers_are_kept():
    labels = np.repeat(range(3), [60, 30, 10])
    assert counts("train[:10]", labels) == [6, 3, 1]
    assert counts("train[10:]", labels) == [54, 27, 9]
    assert len(rows("train[-7:]", labels)) == 7
    assert rows("train[:0]", labels) == rows("train[:0%]", labels) == []
    assert rows("train", labels) == rows("train[:100%]", labels) == list(range(100))


def test_slices_stay_the_same_for_good():
    labels = [0, 0, 0, 0, 0, 1, 1, 1]
    assert rows("train[:50%]", labels) == [0, 1, 2, 7]


def test_a_class_more_leaves_the_others_alone():
    before = [0] * 10 + [1] * 20
    after = before + [2] * 7
    taken = [row for row in rows("train[:50%]", after) if row < len(before)]
    assert taken == rows("train[:50%]", before)


def test_slices_of_a_folder(tmp_path):
    for name, count in (("healthy", 30), ("ill", 3)):
        (tmp_path / name).mkdir()
        for i in range(count):
            level = np.full((2, 2, 3), 7 * i, "uint8")
            file = tmp_path / name / f"{i}.png"
            file.write_bytes(tf.io.encode_png(level).numpy())

    def read(split):
        batches = image_batches(tmp_path, image_size=2, split=split, batch_size=64)
        images, labels = next(iter(batches))
        levels = np.round((images.numpy()[:, 0, 0, 0] + 1) * 127.5 / 7)
        return list(zip(labels.numpy().tolist(), levels.tolist(), strict=True))

    first, rest = read("train[:80%]"), read("train[80%:]")
    assert sorted(first + rest) == sorted(read("train"))
    assert [sum(label for label, _ in part) for part in (first, rest)] == [2, 1]
    assert read("train[80%:]") == rest
