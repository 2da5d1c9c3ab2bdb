"""Memory that a large result leaves behind is taken by the next of its size."""

import subprocess
import sys

import keras
import pytest

if keras.backend.backend() != "torch":
    pytest.skip("PyTorch's memory only", allow_module_level=True)

import torch

from keras_vit.layers.pytorch.memory import ALIGNMENT, SMALLEST, empty

NEW_PAGES = """
import resource, torch
from keras_vit.layers.pytorch.memory import empty

def pages():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

new = 0
for rows in (197, 788, 3152):
    blocks = [{make}.fill_(1) for _ in range(9)]
    before = pages()
    for _ in range(6):
        for i in range(0, 9, 2):
            blocks[i] = None
        for i in range(0, 9, 2):
            blocks[i] = {make}.fill_(1)
    new += pages() - before
print(new)
"""


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("shape", [(3, 7), (613, 1021)])
def test_a_tensor_like_any_other(shape, dtype):
    tensor = empty(shape, dtype)
    expected = torch.empty(shape, dtype=dtype)
    for property_of in (
        lambda x: (x.shape, x.dtype, x.device, x.stride()),
        lambda x: x.fill_(3).sum().item(),
        lambda x: x.data_ptr() % ALIGNMENT,
    ):
        assert property_of(tensor) == property_of(expected)


def test_the_tests_have_both_sizes():
    assert 3 * 7 * 4 < SMALLEST <= 613 * 1021 * 2


@pytest.mark.skipif(sys.platform != "linux", reason="the allocator is glibc")
def test_memory_is_used_again():
    code = NEW_PAGES.format(make="empty((rows, 1536), torch.float32)")
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={"KERAS_BACKEND": "torch", "NUMPY_MADVISE_HUGEPAGE": "0"},
        check=True,
    )
    assert int(result.stdout) < 50  # with torch.empty 1,200 to 110,000
