import pytest

from keras_vit.data.splits import check_split_names, parse_split


@pytest.mark.parametrize(
    "split, rows",
    [
        ("train", range(11)),
        ("train[:3]", range(3)),
        ("train[3:]", range(3, 11)),
        ("train[2:5]", range(2, 5)),
        ("train[-3:]", range(8, 11)),
        ("train[:50%]", range(6)),  # 5.5 rows: the nearest even, as round does
        ("train[50%:]", range(6, 11)),
        ("train[-20%:]", range(9, 11)),
        ("train[:500]", range(11)),
    ],
)
def test_slices(split, rows):
    (part,) = parse_split(split)
    assert part.name == "train"
    assert part.indices(11) == rows


def test_percentages_divide_a_set_without_gap_or_overlap():
    for size in (1, 7, 97, 1442):
        cuts = [parse_split(f"train[{i}0%:{i + 1}0%]")[0] for i in range(10)]
        rows = [row for part in cuts for row in part.indices(size)]
        assert rows == list(range(size))


def test_sums_of_splits():
    parts = parse_split("train[:10%] + test")
    assert [(p.name, p.is_whole) for p in parts] == [("train", False), ("test", True)]


@pytest.mark.parametrize("split", ["", "train[", "train[10]", "train[1:2:3]", "a b"])
def test_other_spellings_are_refused(split):
    with pytest.raises(ValueError, match="split must be written as TFDS does"):
        parse_split(split)


def test_more_than_all_is_refused():
    with pytest.raises(ValueError, match="cut at 120%"):
        parse_split("train[:120%]")[0].indices(11)


def test_unknown_splits_list_the_known():
    with pytest.raises(ValueError, match=r"digits has no split 'val'.* train, test"):
        check_split_names(parse_split("train+val"), ["train", "test"], "digits")
