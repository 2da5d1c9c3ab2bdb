"""Does XLA count what the formula does? `python -m benchmarks.flops`, on JAX.

A model that computes something twice, or more than its definition asks, shows here.
"""

import os

# (model, billions of multiply-adds of one 224-pixel image: dense layers and the two
# products of attention), from the papers' sizes. XLA counts the elementwise work too:
# the smaller the model, the larger its share.
FORMULA = {"ViTS16": 4.599, "ViTB16": 17.564, "SwinT": 4.491}
BATCH = 2


def main() -> None:
    """Print the table."""
    os.environ["KERAS_BACKEND"] = "jax"
    print("| model | formula, GFLOP | XLA, GFLOP | ratio | float64 |")
    print("|---|---|---|---|---|")
    for model, gmacs in FORMULA.items():
        counted, wide = count(model)
        expected = 2 * gmacs
        print(
            f"| {model} | {expected:.2f} | {counted:.2f} | {counted / expected:.4f} "
            f"| {'yes' if wide else 'none'} |"
        )


def count(model: str) -> tuple[float, bool]:
    """Compile one forward pass and ask XLA.

    Args:
        model: name in `keras_vit`.

    Returns:
        Billions of floating-point operations an image, and whether any of the compiled
        program's tensors is float64.
    """
    import jax
    import numpy as np

    from benchmarks.contenders.ours import build
    from benchmarks.steps import random_batch

    built = build(model)
    variables = (
        [v.value for v in built.trainable_variables],
        [v.value for v in built.non_trainable_variables],
    )
    images = np.asarray(random_batch(BATCH)[0])

    def forward(trainable, fixed, images):
        return built.stateless_call(trainable, fixed, images, training=False)[0]

    compiled = jax.jit(forward).lower(*variables, images).compile()
    analysis = compiled.cost_analysis()
    if isinstance(analysis, list):  # older versions of JAX
        analysis = analysis[0]
    return analysis["flops"] / BATCH / 1e9, "f64[" in compiled.as_text()


if __name__ == "__main__":
    main()
