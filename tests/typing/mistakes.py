"""What mypy and basedpyright are to refuse: `make types`.

Each statement holds a mistake. Where a checker overlooks it, the comment that names it
is not needed, and both checkers are told to report that.
"""

import keras_vit
from keras_vit import data, inspection, layers

keras_vit.ViTB16(clases=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
keras_vit.ViTB17()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
keras_vit.SwinT(pooling="token")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
keras_vit.SwinT(depths=(2, 2))  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
keras_vit.VisionTransformer(patch_size=16)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
layers.MLP(mlp_dims=8)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
data.image_batches("digits", size=8)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
keras_vit.list_weights(variant=3)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
data.Augmentation(flp=False)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
keras_vit.training.AdamW("0.1")  # mypy knows no type of Keras  # pyright: ignore[reportArgumentType]
inspection.attention_rollout(discard=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
