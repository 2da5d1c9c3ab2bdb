"""What plots have drawn."""

import numpy as np

IMAGE = np.random.default_rng(0).integers(0, 256, (12, 20, 3), dtype="uint8")


def drawn(axes):
    """The numbers of the axes' last image."""
    return np.asarray(axes.images[-1].get_array())


def bars(figure):
    """The color bars' labels."""
    return [bar.get_ylabel() for bar in figure.axes if is_bar(bar)]


def panels(figure):
    """The axes that are no color bar."""
    return [axes for axes in figure.axes if not is_bar(axes)]


def is_bar(axes):
    return axes.get_label() == "<colorbar>"
