"""What `keras_vit.inspection` knows of a ViT or Swin before it looks inside."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import keras
import numpy as np

from keras_vit.arguments import is_integer
from keras_vit.layers import PatchEmbedding, PositionEmbedding, SwinBlock, TokenPooling
from keras_vit.layers.window_layout import WindowLayout


@dataclass(frozen=True, eq=False)
class Found:
    """A ViT or Swin of this package, in the model that was given.

    Attributes:
        path: the model that was given, the one in it, and so on to the model whose own
            layers are the blocks. One model where nothing is nested.
        patch_embedding: the `PatchEmbedding`.
        position_embedding: the `PositionEmbedding`, or None.
        blocks: the `EncoderBlock`s or `SwinBlock`s, in order.
        stages: for each block, the number of its stage; all 0 in a ViT.
        norm: the normalization after the last block, or None.
        pooling: the `TokenPooling` after it, or None.
        image_size: (height, width) that the patch embedding gets, in pixels.
        num_prefix_tokens: class and register tokens, which stand before the patches.
        has_class_token: whether the first of these is a class token.
    """

    path: tuple[keras.Model, ...]
    patch_embedding: PatchEmbedding
    position_embedding: PositionEmbedding | None
    blocks: tuple[Any, ...]
    stages: tuple[int, ...]
    norm: Any
    pooling: TokenPooling | None
    image_size: tuple[int, int]
    num_prefix_tokens: int
    has_class_token: bool

    @property
    def kind(self) -> str:
        """`"vit"` or `"swin"`."""
        return "swin" if isinstance(self.blocks[0], SwinBlock) else "vit"

    @property
    def host(self) -> keras.Model:
        """The model whose own layers are the blocks."""
        return self.path[-1]

    @property
    def name(self) -> str:
        """The host's name."""
        return self.host.name

    @property
    def patch_size(self) -> tuple[int, int]:
        """(rows, columns) of a patch, in pixels."""
        return self.patch_embedding.patch_size

    @property
    def grid_size(self) -> tuple[int, int]:
        """(rows, columns) of patches."""
        return self.patch_embedding.grid_size(*self.image_size)

    @property
    def num_stages(self) -> int:
        """Stages of a Swin; 1 in a ViT."""
        return self.stages[-1] + 1

    @cached_property
    def maps(self) -> tuple[tuple[int, int], ...]:
        """For each block, (rows, columns) of the patches or places it works on."""
        by_stage = [self.grid_size]
        for _ in range(self.num_stages - 1):
            rows, columns = by_stage[-1]
            by_stage.append(((rows + 1) // 2, (columns + 1) // 2))
        return tuple(by_stage[stage] for stage in self.stages)

    @property
    def reads_class_token(self) -> bool:
        """Whether the image's vector is the class token, and no mean of patches."""
        if self.pooling is not None:
            return self.pooling.pooling == "token" and self.has_class_token
        return self.has_class_token

    def layout(self, number: int) -> WindowLayout:
        """How the windows of a Swin's block lie on its map."""
        return self.blocks[number].attention.layout(*self.maps[number])

    def num_tokens(self, number: int) -> int:
        """Tokens that attend to each other in a block: all, or those of a window."""
        if self.kind == "swin":
            return self.layout(number).tokens
        rows, columns = self.maps[number]
        return self.num_prefix_tokens + rows * columns

    def chosen(self, layers) -> tuple[int, ...]:
        """The numbers of the blocks that are meant, as given.

        Args:
            layers: None for all; a block's name or number (-1 is the last), or several.
        """
        if layers is None:
            return tuple(range(len(self.blocks)))
        one = isinstance(layers, str) or not np.iterable(layers)
        names = {block.name: number for number, block in enumerate(self.blocks)}
        numbers = []
        asked = [layers] if one else [*layers]
        if not asked:
            raise ValueError(
                "No blocks were asked for. Received: layers=[]. Give None for all."
            )
        for layer in asked:
            number: Any = names.get(layer) if isinstance(layer, str) else layer
            if not is_integer(number) or not -len(names) <= number < len(names):
                raise ValueError(
                    f"`{layer!r}` is no block of '{self.name}'. Name a block, or give "
                    f"its number from 0 to {len(names) - 1}, or from the end -1 to "
                    f"-{len(names)}. Blocks: {', '.join(names)}."
                )
            numbers.append(int(number) % len(names))
        return tuple(numbers)
