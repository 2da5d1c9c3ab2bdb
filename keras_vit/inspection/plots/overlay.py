"""Maps of numbers laid over the photograph that they belong to.

H, W image; rows, columns of the map: each number covers its part of the image.
"""

from keras_vit.inspection.plots.canvas import (
    ATTENTION,
    bare,
    color_bar,
    most_of,
    numbers,
    shown,
    single_axes,
)
from keras_vit.inspection.plots.photographs import as_gray

ONE_IMAGE = "Give one image's: `[0]` of what a function returns."


def lay_over(axes, values, image=None, cmap=ATTENTION, **limits):
    """Color the parts of a gray photograph by their numbers.

    Args:
        axes: where to draw.
        values: `(rows, columns)`.
        image: `(H, W, C)`, or None for the numbers alone.
        cmap: a perceptually even color map.
        **limits: `vmin`, `vmax` or `norm` of matplotlib's `imshow`.

    Returns:
        matplotlib's image of the numbers, for `color_bar`.
    """
    rows, columns = values.shape
    extent = (0, columns, rows, 0)
    if image is not None:
        gray = as_gray(image)
        rows, columns = gray.shape
        extent = (0, columns, rows, 0)
        axes.imshow(gray, cmap="gray", vmin=0, vmax=1, extent=extent)
    mappable = axes.imshow(
        values,
        cmap=cmap,
        alpha=None if image is None else 0.65,
        extent=extent,
        interpolation="nearest",  # a number belongs to a patch, not to a pixel
        **limits,
    )
    bare(axes)
    return mappable


def over_image(name, values, image, title, label, ax, percent=False, **colors):
    """A whole plot of `(rows, columns)` over a photograph, with title and color bar."""
    values = numbers(name, values, "(rows, columns)", ONE_IMAGE)
    axes = single_axes(ax)
    mappable = lay_over(axes, values, image, **{"vmax": most_of(values), **colors})
    bare(axes, title)
    color_bar(mappable, axes, label, values.max(), percent)
    return shown(axes, ax)


def frame_place(axes, position, grid) -> None:
    """A red frame around one place of the map that was drawn last."""
    from matplotlib.patches import Rectangle

    _, right, bottom, _ = axes.images[-1].get_extent()
    height, width = bottom / grid[0], right / grid[1]
    corner = (position[1] * width, position[0] * height)
    frame = Rectangle(corner, width, height, fill=False, edgecolor="red", lw=2.5)
    axes.add_patch(frame)
