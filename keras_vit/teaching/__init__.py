"""What the notebooks stand on: photographs, small weights, pictures with words."""

from keras_vit.teaching.colors import KEY, QUERY, VALUE
from keras_vit.teaching.photographs import PHOTOGRAPHS, photograph, photographs
from keras_vit.teaching.show import show
from keras_vit.teaching.small_vit import pretrained_vit, small_vit

__all__ = [
    "KEY",
    "PHOTOGRAPHS",
    "QUERY",
    "VALUE",
    "photograph",
    "photographs",
    "pretrained_vit",
    "show",
    "small_vit",
]
