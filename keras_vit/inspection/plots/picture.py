"""A figure that shows itself once in a notebook, with a text for screen readers."""

import io
from typing import Any

from matplotlib.figure import Figure  # noqa: TID253  this file is loaded when used

DPI = 80  # 512 pixels across: a phone shows that without scrolling


class Picture(Figure):
    """A matplotlib figure of which pyplot knows nothing.

    It is not left open, no window pops up, and as the last value of a cell a notebook
    draws it, once. `savefig` writes it to a file.

    Args:
        **kwargs: of `matplotlib.figure.Figure`.
    """

    def __init__(self, **kwargs):
        super().__init__(**{"dpi": DPI, "layout": "constrained", **kwargs})

    def described(self) -> str:
        """Titles and labels, for screen readers."""
        texts = [self.get_suptitle()]
        for axes in self.axes:
            texts += [axes.get_title(), axes.get_xlabel(), axes.get_ylabel()]
        words = [" ".join(text.split()) for text in texts if text]
        return "; ".join(dict.fromkeys(words))

    def _repr_mimebundle_(self, include=None, exclude=None) -> tuple[dict, dict]:
        """What IPython asks for first, so that the text goes along."""
        file = io.BytesIO()
        self.savefig(file, format="png")
        data: dict[str, Any] = {"image/png": file.getvalue(), "text/plain": repr(self)}
        return data, {"image/png": {"alt": self.described()}}
