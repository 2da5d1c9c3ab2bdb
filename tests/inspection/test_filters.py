"""The patch embedding's components, held against NumPy's SVD and a planted filter."""

import numpy as np
import pytest

from keras_vit import inspection
from tests.helpers import array, randomize, to_numpy
from tests.models.small import SMALL


@pytest.mark.parametrize("kind", SMALL)
def test_components_are_the_right_singular_vectors(kind):
    model = SMALL[kind]()
    randomize(model)
    embedding = model.get_layer("patch_embedding")
    filters = inspection.patch_filters(model, components=5)
    assert filters.shape == (5, *embedding.patch_size, 5)
    kernel = to_numpy(embedding.projection.kernel).astype("float64")
    centered = kernel.T - kernel.T.mean(axis=0)
    _, _, expected = np.linalg.svd(centered, full_matrices=False)
    flat = filters.reshape(5, -1)
    np.testing.assert_allclose(np.abs((flat * expected[:5]).sum(1)), 1, atol=1e-5)
    np.testing.assert_allclose(flat @ flat.T, np.eye(5), atol=1e-5)
    largest = np.abs(flat).argmax(axis=1)
    assert (flat[np.arange(5), largest] > 0).all()


def test_a_planted_pattern_comes_out_as_it_lies_in_a_patch():
    model = SMALL["vit"]()
    pattern = array(3, 2, 5)  # rows, columns, channels
    kernel = np.outer(pattern.ravel(), array(12, seed=1)) + array(30, 1, seed=2)
    model.get_layer("patch_embedding").projection.kernel.assign(kernel)
    pattern /= np.linalg.norm(pattern)
    pattern *= np.sign(pattern.ravel()[np.abs(pattern).argmax()])
    (found,) = inspection.patch_filters(model, components=1)
    np.testing.assert_allclose(found, pattern, atol=1e-5)


def test_more_components_than_there_are():
    with pytest.raises(ValueError, match="has 12 principal components.*13"):
        inspection.patch_filters(SMALL["vit"](), components=13)
