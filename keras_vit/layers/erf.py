"""The error function, in operations that JAX exports for others to read."""

import math

import keras
from keras import ops

# erf(x) = x P(x²) / Q(x²) where |x| < LIMIT, and 1 in float32 from there on: XLA's own
# coefficients, highest power first.
LIMIT = 3.832506856900711
NUMERATOR = (
    0.00022905065861350646,
    0.0034082910107109506,
    0.050955695062380861,
    0.18520832239976145,
    1.128379143519084,
)
DENOMINATOR = (
    -1.1791602954361697e-7,
    0.000023547966471313185,
    0.0010179625278914885,
    0.014070470171167667,
    0.11098505178285362,
    0.49746925110067538,
    1.0,
)

if keras.backend.backend() == "jax":
    import jax

    @jax.custom_jvp
    def erf(x):
        """JAX's own, but as a quotient.

        What JAX exports with its own erf, TensorFlow 2.21 cannot read.
        """
        x = ops.clip(x, -LIMIT, LIMIT)
        square = ops.square(x)
        return x * _polynomial(NUMERATOR, square) / _polynomial(DENOMINATOR, square)

    erf.defjvps(
        lambda tangent, _, x: tangent * (2 / math.sqrt(math.pi)) * ops.exp(-x * x)
    )
else:
    erf = ops.erf


def _polynomial(coefficients, x):
    value = coefficients[0]
    for coefficient in coefficients[1:]:
        value = value * x + coefficient
    return value
