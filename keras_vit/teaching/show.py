"""A figure in a notebook, with words for those who cannot see it."""

import io
import sys


def show(figure, alt: str, dpi: int = 80) -> None:
    """Show a matplotlib figure in a notebook, with alternative text.

    The text goes into the output's metadata, where Jupyter and nbconvert look for what
    a screen reader says. Outside of a notebook nothing is shown.

    Args:
        figure: `matplotlib.figure.Figure`, or `Axes` of one.
        alt: str, what is to be seen, in a sentence.
        dpi: int, dots an inch.

    Raises:
        ValueError: if `alt` says nothing.

    Example:

    ```python
    import matplotlib.figure

    from keras_vit import teaching

    figure = matplotlib.figure.Figure(figsize=(4, 2))
    figure.subplots().plot([1, 4, 9])
    teaching.show(figure, "A curve that rises ever faster.")
    ```
    """
    if not isinstance(alt, str) or len(alt.split()) < 3:
        raise ValueError(
            "`alt` should say in a sentence what the picture shows, for readers who "
            f"cannot see it. Received: alt={alt!r}"
        )
    figure = getattr(figure, "figure", None) or figure
    try:
        from IPython import get_ipython
    except ImportError:
        return
    if get_ipython() is None:
        return
    from IPython.display import Image, display

    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=dpi, bbox_inches="tight")
    display(Image(png.getvalue(), format="png", alt=alt))
    if "matplotlib.pyplot" in sys.modules:  # lest the notebook show it once more
        sys.modules["matplotlib.pyplot"].close(figure)
