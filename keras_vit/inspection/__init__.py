"""Look inside a trained ViT or Swin: arrays from a model, plots from arrays.

Each function takes a model of this package (just built, loaded, fine-tuned, or nested
in a bigger functional model or Sequential) and images as that model takes them, and
gives NumPy arrays.
"""

__all__: list[str] = []
