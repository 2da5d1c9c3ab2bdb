"""Cosines of positions, held against loops over the weights."""

import numpy as np
import pytest

from keras_vit import inspection
from tests.helpers import randomize, to_numpy
from tests.models.small import small_swin, small_vit

GRID = (3, 5)


def cosine(a, b):
    return float(a @ b) / np.sqrt(float(a @ a) * float(b @ b))


def by_loops(vectors):
    """(rows, columns) of vectors -> (rows, columns, rows, columns) of cosines."""
    rows, columns = len(vectors), len(vectors[0])
    result = np.zeros((rows, columns, rows, columns))
    for i, j, k, m in np.ndindex(result.shape):
        result[i, j, k, m] = cosine(vectors[i][j], vectors[k][m])
    return result


def learned(layer, prefix):
    embedding = to_numpy(layer.embedding)
    return [[embedding[prefix + 5 * r + c] for c in range(5)] for r in range(3)]


def learned_2d(layer, prefix):
    rows, columns = to_numpy(layer.row_embedding), to_numpy(layer.column_embedding)
    return [[np.append(columns[c], rows[r]) for c in range(5)] for r in range(3)]


def sincos_2d(layer, prefix):
    omega = 10_000.0 ** -(np.arange(3) / 2)  # hidden_dim 12: four parts of 3

    def place(r, c):
        waves = (
            np.sin(c * omega),
            np.cos(c * omega),
            np.sin(r * omega),
            np.cos(r * omega),
        )
        return np.concatenate(waves)

    return [[place(r, c) for c in range(5)] for r in range(3)]


@pytest.mark.parametrize("registers", [0, 2])
@pytest.mark.parametrize("vectors", [learned, learned_2d, sincos_2d])
def test_positions_that_are_added(vectors, registers):
    model = small_vit(
        position_embedding=vectors.__name__, num_register_tokens=registers
    )
    randomize(model)
    layer = model.get_layer("position_embedding")
    expected = by_loops(vectors(layer, 1 + registers))
    np.testing.assert_allclose(
        inspection.position_similarity(model), expected, atol=1e-5
    )


def test_mixed_precision_rounds_a_little():
    same = {"position_embedding": "learned"}
    model, mixed = small_vit(**same), small_vit(**same, dtype="mixed_bfloat16")
    randomize(model)
    mixed.set_weights(model.get_weights())
    np.testing.assert_allclose(
        inspection.position_similarity(mixed),
        inspection.position_similarity(model),
        atol=0.02,
    )


def test_relative_positions_by_offset_from_patch_to_patch():
    model = small_vit(position_embedding="relative")
    randomize(model)
    tables = [
        to_numpy(
            model.get_layer(f"encoder_block_{i}").attention.relative_position_table
        )
        for i in range(2)
    ]
    middle = 15  # 1 + 15 tokens: offsets from -15 to 15
    expected = np.zeros((*GRID, *GRID))
    for i, j, k, m in np.ndindex(expected.shape):
        offset = (5 * k + m) - (5 * i + j)
        pairs = [cosine(table[middle], table[middle + offset]) for table in tables]
        expected[i, j, k, m] = np.mean(pairs)
    similarity = inspection.position_similarity(model)
    np.testing.assert_allclose(similarity, expected, atol=1e-5)
    assert np.allclose(np.einsum("ijij->ij", similarity), 1)


def test_absolute_positions_of_a_swin():
    model = small_swin(absolute_position_embedding=True)
    randomize(model)
    embedding = to_numpy(model.get_layer("position_embedding").embedding)
    vectors = embedding.reshape(7, 10, -1)
    np.testing.assert_allclose(
        inspection.position_similarity(model), by_loops(vectors), atol=1e-5
    )


def test_a_model_without_positions_is_told():
    with pytest.raises(ValueError, match="position_embedding='none'"):
        inspection.position_similarity(small_vit(position_embedding="none"))
    with pytest.raises(ValueError, match="relative_position_bias"):
        inspection.position_similarity(small_swin())
