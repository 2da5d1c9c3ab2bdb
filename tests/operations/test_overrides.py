"""Each override in the backend's table is the definition, whoever differentiates it."""

import functools

import keras
import numpy as np
import pytest
from keras import ops

from keras_vit import operations
from keras_vit.operations import definitions, overrides
from tests.helpers import array, gradients, relative_difference, to_numpy
from tests.operations.differentiation import (
    gradients_but,
    mapped_gradients,
    second_gradients,
)

R, C, U = 5, 7, 11
B, N, H, D = 4, 6, 3, 5
TOKENS = (B, N, H, D)
OPTIONS = {"layer_normalization": {"epsilon": 1e-5}, "roll": {"shift": (2, -1)}}
SHAPES = {  # of the arguments, by operation and case
    "dense": {"": ((R, C), (C, U), (U,)), "no bias": ((R, C), (C, U))},
    "gelu": {"": ((R, C),)},
    "layer_normalization": {"": ((R, C), (C,), (C,))},
    "mlp": {"": ((R, C), (C, U), (U,), (U, C), (C,))},
    "roll": {"": ((B, N, H, D),)},
    "attention": {
        "no bias": (TOKENS,) * 3,
        "shared": (*(TOKENS,) * 3, (1, H, N, N)),
        "one head": (*(TOKENS,) * 3, (1, 1, N, N)),
        "by window": (*(TOKENS,) * 3, (2, H, N, N)),
        "by example": (*(TOKENS,) * 3, (B, H, N, N)),
    },
}
# The kernels' own words, on a CPU and on a GPU.
NO_SECOND = r"attention(_for_cpu)?_backward is not implemented"
ROWS = [row for row in overrides.OVERRIDES if row.operation in SHAPES]
CASES = [(row, case) for row in ROWS for case in SHAPES[row.operation]]


def _name(value):
    return value or "bias" if isinstance(value, str) else value.function.__name__


every_case = pytest.mark.parametrize(("row", "case"), CASES, ids=_name)
every_row = pytest.mark.parametrize("row", ROWS, ids=_name)


def functions(row):
    """The override and the definition."""
    options = OPTIONS.get(row.operation, {})
    definition = getattr(definitions, row.operation)
    return [functools.partial(f, **options) for f in (row.function, definition)]


def arguments(operation, case=""):
    return [array(*shape, seed=n) for n, shape in enumerate(SHAPES[operation][case])]


def first_case(row):
    return arguments(row.operation, next(iter(SHAPES[row.operation])))


def upstream_of(function, tensors):
    shape = function(*map(ops.convert_to_tensor, tensors)).shape
    return array(*shape, seed=9)


def assert_same(results, bound=1e-5):
    for got, expected in zip(*results, strict=True):
        assert got.shape == expected.shape
        largest = max(np.abs(expected).max(initial=0), 1e-6)
        assert np.abs(got - expected).max(initial=0) < bound * largest


def test_each_row_says_what_it_brings():
    for row in overrides.OVERRIDES:
        assert hasattr(definitions, row.operation)
        assert any(c.isdigit() for c in row.gain) or "not measured" in row.gain, row
    assert {row.operation for row in ROWS} <= {*SHAPES}


@every_case
def test_value_and_gradients(row, case):
    tensors = arguments(row.operation, case)
    results = []
    for function in functions(row):
        upstream = upstream_of(function, tensors)
        value = to_numpy(function(*map(ops.convert_to_tensor, tensors)))
        results.append([value, *gradients(function, tensors, upstream)])
    assert_same(results)


@every_case
def test_second_gradients(row, case):
    if row.operation == "roll":
        pytest.skip("a roll has no second gradient")
    tensors = arguments(row.operation, case)
    upstream = upstream_of(functions(row)[1], tensors)
    if keras.backend.backend() == "torch" and case == "no bias" and len(tensors) == 3:
        with pytest.raises(RuntimeError, match=NO_SECOND):
            second_gradients(row.function, tensors, upstream)
        return  # PyTorch's own kernel has none; `operations.plain("attention")` has
    assert_same([second_gradients(f, tensors, upstream) for f in functions(row)], 1e-4)


@every_row
def test_gradients_while_one_argument_is_frozen(row):
    tensors = first_case(row)
    ours, definition = functions(row)
    upstream = upstream_of(definition, tensors)
    expected = gradients(definition, tensors, upstream)
    for frozen in range(len(tensors) if len(tensors) > 1 else 0):
        got = gradients_but(frozen, ours, tensors, upstream)
        assert_same([got, [g for n, g in enumerate(expected) if n != frozen]])


@pytest.mark.parametrize("operation", SHAPES)
def test_gradients_of_each_example(operation):
    """Mapped, by what is chosen there: not each way can be mapped."""
    call = functools.partial(
        getattr(operations, operation), training=True, **OPTIONS.get(operation, {})
    )
    first, *others = arguments(operation, next(iter(SHAPES[operation])))
    if operation == "attention":
        others.append(array(2, H, N, N, seed=3))
    examples = np.stack([first, 2 * first, first + 1])
    upstream = upstream_of(call, [first, *others])
    got = mapped_gradients(call, [examples, *others], upstream)
    for example, by_example in zip(examples, got, strict=True):
        expected, *_ = gradients(call, [example, *others], upstream)
        assert relative_difference(by_example, expected) < 1e-4


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@every_row
def test_what_is_not_a_number_spoils_no_other_row(row, value):
    tensors = first_case(row)
    tensors[0][0] = value
    results = []
    for function in functions(row):
        upstream = upstream_of(function, tensors)
        by_first, *_ = gradients(function, tensors, upstream)
        results.append(
            [to_numpy(function(*map(ops.convert_to_tensor, tensors))), by_first]
        )
    (got, by_first), (expected, expected_by_first) = results
    np.testing.assert_allclose(got[1:], expected[1:], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(by_first[1:], expected_by_first[1:], 1e-4, 1e-5)
    assert np.isfinite(got[1:]).all()
    # GELU of -inf is 0, or no number. And PyTorch's attention attends to nothing with a
    # query that is no number, which the residual stream around it keeps.
    if value != -np.inf and row.operation != "attention":
        np.testing.assert_array_equal(np.isfinite(got[0]), np.isfinite(expected[0]))


@every_row
def test_no_rows(row):
    tensors = first_case(row)
    count = 3 if row.operation == "attention" else 1
    tensors[:count] = [x[:0] for x in tensors[:count]]
    upstream = upstream_of(functions(row)[1], tensors)
    assert_same([gradients(f, tensors, upstream) for f in functions(row)])


def backwards(x):
    return tuple(reversed(range(len(x.shape))))


@every_row
def test_tensors_that_lie_otherwise_in_memory(row):
    tensors = first_case(row)
    results = []
    for function in functions(row):

        def of_turned(*turned, function=function):
            return function(*(ops.transpose(x, backwards(x)) for x in turned))

        turned = [np.ascontiguousarray(x.T) for x in tensors]
        upstream = upstream_of(function, tensors)
        value = to_numpy(of_turned(*map(ops.convert_to_tensor, turned)))
        results.append([value, *gradients(of_turned, turned, upstream)])
    assert_same(results)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@every_case
def test_half_precision(row, case, dtype):
    ours, definition = functions(row)
    tensors = arguments(row.operation, case)
    exact = to_numpy(definition(*map(ops.convert_to_tensor, tensors)))
    got = ours(*(ops.cast(ops.convert_to_tensor(x), dtype) for x in tensors))
    assert keras.backend.standardize_dtype(got.dtype) == dtype
    assert relative_difference(to_numpy(got), exact) < 0.02


@pytest.mark.parametrize(
    "operation", [op for op in SHAPES if op not in ("attention", "roll")]
)
def test_any_axes_before_the_channels(operation):
    call = functools.partial(
        getattr(operations, operation), training=True, **OPTIONS.get(operation, {})
    )
    first, *others = arguments(operation)
    flat = to_numpy(call(*map(ops.convert_to_tensor, [first, *others])))
    stacked = ops.convert_to_tensor(np.stack([first, first])[:, None])
    got = to_numpy(call(stacked, *map(ops.convert_to_tensor, others)))
    assert relative_difference(got, np.stack([flat, flat])[:, None]) < 1e-6
