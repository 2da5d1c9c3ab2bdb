"""What all tests share: a fixed seed, quick compilation, a choice by backend."""

import gc
import os
import zlib

# Tiny models spend their time in XLA's compiler: skip what makes large ones fast.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")

import keras
import pytest

# What is imported stays: Python need not look through it again and again, which is a
# sixth of the time of tests.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 50)


@pytest.fixture(autouse=True)
def fixed_seed():
    """Each test starts from the same random state."""
    # No clear_session: its garbage collection takes a second a test in the end.
    keras.utils.set_random_seed(1234)


# What reads files and batches asks nothing of a backend: it is tested with one.
SAME_ON_EVERY_BACKEND = (
    "tests/benchmarks/",
    "tests/data/",
    "tests/tutorials/",
    "tests/weights/test_catalogue.py",
    "tests/weights/test_hostile_files.py",
    "tests/weights/test_hub.py",
    "tests/weights/test_mutated_files.py",
    "tests/weights/test_plain_address.py",
)
BUT_FOR = (
    "tests/benchmarks/test_reproduce.py",  # on the quickest backend
    "tests/data/test_fit.py",
    "tests/data/test_labels.py",
)


# What is about the backend's own ways: tested with each.
WHOLE = ("tests/layers/", "tests/models/", "tests/operations/")


def pytest_addoption(parser):
    parser.addoption(
        "--deal",
        metavar="K/N",
        help="of the tests outside layers, models and operations, the K-th share of N",
    )
    parser.addoption(
        "--deal-all", action="store_true", help="--deal layers, models, operations, too"
    )


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(config, items):
    for item in items:
        name = item.nodeid
        if name.startswith(SAME_ON_EVERY_BACKEND) and not name.startswith(BUT_FOR):
            item.add_marker(pytest.mark.slow)
    if deal := config.getoption("deal"):
        share, shares = map(int, deal.split("/"))
        whole = () if config.getoption("deal_all") else WHOLE
        dealt = [i for i in items if _dealt(i.nodeid, share, shares, whole)]
        config.hook.pytest_deselected(items=[*set(items) - set(dealt)])
        items[:] = dealt


def _dealt(name, share, shares, whole):
    """Whether a test is in a share: by its name, so that others do not matter."""
    return name.startswith(whole) or zlib.crc32(name.encode()) % shares + 1 == share
