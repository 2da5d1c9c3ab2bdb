"""One page that shows where a model attends, for a browser or a notebook.

The page is one file that loads nothing: page.html is a template of Jinja,
page.css and page.js are put into it.
"""

import html
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from keras_vit.inspection.page.content import described, viridis

HERE = Path(__file__).parent


class Explorer:
    """A page, as text; `keras_vit.inspection.explorer` makes it.

    Args:
        page: str, the whole HTML file.
        path: where it was written, or None.
        height: int, pixels of the frame in which a notebook shows it.

    Attributes:
        page: str, the whole HTML file.
        path: where it was written, or None.

    Example:

    ```python
    from keras_vit import inspection

    assert inspection.Explorer("<!doctype html>")._repr_html_().startswith("<iframe")
    ```
    """

    def __init__(self, page: str, path: Path | None = None, height: int = 760):
        self.page = page
        self.path = path
        self.height = height

    def _repr_html_(self) -> str:
        """A notebook, also Colab's, shows the page in a frame of its own."""
        return (
            f'<iframe title="Attention explorer" srcdoc="{html.escape(self.page)}" '
            f'style="width:100%;height:{self.height}px;border:0" '
            'sandbox="allow-scripts"></iframe>'
        )

    def __repr__(self) -> str:
        where = "" if self.path is None else f", written to {self.path.name}"
        return f"<Explorer: a page of {len(self.page) / 1e6:.2f} MB{where}>"


def explorer(
    model,
    images: Any,
    path: str | Path | None = None,
    layers=None,
    titles: Sequence[str] | None = None,
    class_names: Sequence[str] | None = None,
) -> Explorer:
    """Make a page that shows where each patch attends, by block and head.

    Hover or touch a patch, or move with the arrow keys: the map beside the photograph
    shows what that patch takes from each other one. Other views are the rollout
    (arXiv 2005.00928; for a ViT) and the similarity of the tokens after the last block.
    The page is one file without a server, loads nothing, follows the reader's dark or
    light setting, and says in words what it shows.

    Weights are kept in four bits of square roots: a page of ViT-S/14 at 224 pixels has
    1.8 MB an image. Choose `layers` for several images.

    Args:
        model: a ViT or Swin of this package, or a model that holds one.
        images: (B, H, W, C), as the model takes them.
        path: file to write, or None.
        layers: names or numbers of blocks; None for all.
        titles: one a image, shown where there are several and in the heading.
        class_names: if the model has a classifier: the names of its classes; the best
            three stand beside each image.

    Returns:
        An `Explorer`: a notebook shows it, `page` is the text.

    Raises:
        ValueError: for another model, or if there are not as many titles as images.
        ImportError: if Jinja is not installed.

    Example:

    ```python
    import numpy as np
    from keras_vit import inspection, teaching

    model = teaching.small_vit(image_size=56)
    images = np.random.default_rng(0).normal(size=(1, 56, 56, 3)).astype("float32")
    page = inspection.explorer(model, images, layers=[0, -1])
    assert page.page.startswith("<!doctype html>")
    ```
    """
    environment = _templates()
    images = np.asarray(images)
    titles = _titles(titles, len(images))
    data = {
        "model": model.name,
        "colors": viridis(),
        "images": described(model, images, layers, titles, class_names),
    }
    page = environment.get_template("page.html").render(
        data=data,
        style=(HERE / "page.css").read_text(encoding="utf-8"),
        script=(HERE / "page.js").read_text(encoding="utf-8"),
    )
    if path is not None:
        path = Path(path)
        path.write_text(page, encoding="utf-8")
    return Explorer(page, path)


def _templates():
    try:
        import jinja2
    except ImportError as error:
        raise ImportError(
            "The explorer's page is a Jinja template, and Jinja is not installed: "
            'pip install "keras-vit-swin[plots]"'
        ) from error
    return jinja2.Environment(loader=jinja2.FileSystemLoader(HERE), autoescape=True)


def _titles(titles, count: int) -> list[str]:
    if titles is None:
        return [f"Image {number}" for number in range(1, count + 1)]
    if len(titles) != count:
        raise ValueError(
            f"`titles` should have one title a image, {count}. Received: {len(titles)}."
        )
    return [str(title) for title in titles]
