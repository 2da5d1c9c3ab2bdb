"""Solutions of notebook 1, attention from scratch."""

import numpy as np

from keras_vit.layers import MultiHeadSelfAttention


def softmax(logits):
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def predict():
    """Two equal keys get equal weights: they share what one of them had, and more."""
    keys = np.array([[2.0, 0.2], [1.2, 1.6], [-1.0, 1.5], [-1.2, -1.4], [2.0, 0.2]])
    values = np.array([1.0, 2.0, 3.0, 4.0, 9.0])
    query = np.array([1.5, 1.0])
    before = softmax(keys[:4] @ query)
    weights = softmax(keys @ query)
    assert weights[0] == weights[4]
    assert before[0] / 2 < weights[0] < before[0]
    assert weights @ values > before @ values[:4]


def change():
    """Divided by d, all logits tend to 0: even shares, and no difference to learn."""
    rng = np.random.default_rng(0)
    entropies = []
    for d in (4, 64, 1024):
        q, k = rng.normal(size=(2, 100, 64, d))
        p = softmax(q @ k.swapaxes(1, 2) / d)
        entropies.append(-(p * np.log(p)).sum(axis=-1).mean())
    assert entropies == sorted(entropies)
    assert np.log(64) - entropies[-1] < 0.01


def explore():
    """What is masked gets weight 0, and the rest still adds up to one."""
    from keras import ops

    x = np.random.default_rng(0).normal(size=(1, 5, 12)).astype("float32")
    mask = np.tril(np.ones((5, 5), bool))
    _, scores = MultiHeadSelfAttention(num_heads=3)(
        x, attention_mask=mask, return_attention_scores=True
    )
    scores = ops.convert_to_numpy(scores)
    assert np.all(scores[:, :, ~mask] < 1e-6)
    assert np.allclose(scores.sum(axis=-1), 1, atol=1e-5)


if __name__ == "__main__":
    predict()
    change()
    explore()
