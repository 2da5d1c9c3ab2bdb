"""What users write, which mypy and basedpyright are to understand: `make types`.

Nothing here runs. `assert_type` holds where a checker knows the type; a checker that
took a name for Any, or did not find it, would say so. Keras has no types for mypy.
"""

from pathlib import Path
from typing import assert_type

import keras
import numpy as np

import keras_vit
from keras_vit import SwinT, data, inspection, layers
from keras_vit.training import AdamW

PIXELS = np.zeros((2, 32, 48, 3), "uint8")


def models_of_every_kind(checkpoint: Path, sides: list[int]) -> None:
    vit = keras_vit.ViTB16(classes=3)
    assert_type(vit, keras.Model)
    vit = keras_vit.ViTS14(
        weights="dinov2",
        input_shape=(224, 224, 3),
        include_top=False,
        pooling="token",
        position_embedding="learned_2d",
    )
    vit.compile(AdamW(1e-3, weight_decay=0.05), "sparse_categorical_crossentropy")
    vit.fit(PIXELS, np.zeros(2))
    schedule = keras.optimizers.schedules.CosineDecay(1e-3, 100)
    vit.compile(AdamW(schedule, weight_decay=0.1, global_clipnorm=1.0))
    keras_vit.ViTB16(True, checkpoint, input_tensor=keras.Input((224, 224, 3)))
    swin = SwinT(
        window_size=(4, 5),
        classifier_activation=keras.activations.sigmoid,
        dtype=keras.DTypePolicy("mixed_bfloat16"),
    )
    assert_type(swin, keras.Model)
    vit = keras_vit.VisionTransformer(
        input_shape=sides,
        patch_size=8,
        hidden_dim=24,
        num_layers=2,
        num_heads=3,
        mlp_dim=96,
        layer_scale_init=1e-5,
    )
    assert_type(vit, keras.Model)
    swin = keras_vit.SwinTransformer(
        hidden_dim=8, depths=(2, 2), num_heads=[2, 4], pooling="avg", dtype="bfloat16"
    )
    assert_type(swin, keras.Model)


def layers_in_a_model() -> None:
    image = keras.Input((16, 24, 3))
    embed = layers.PatchEmbedding(hidden_dim=32, patch_size=(4, 4))
    assert_type(embed, layers.PatchEmbedding)
    assert_type(embed.grid_size(16, 24), tuple[int, int])
    block = layers.EncoderBlock(num_heads=2, mlp_dim=64, name="block")
    assert_type(block, layers.EncoderBlock)
    windows = layers.WindowAttention(num_heads=2, window_size=4, shift_size=2)
    assert_type(windows, layers.WindowAttention)
    keras.Model(image, block(layers.ClassToken()(embed(image))))


def published_weights(model: keras.Model, path: Path) -> None:
    tags = keras_vit.list_weights("ViTB16")
    assert_type(keras_vit.weights_info(tags[0], "ViTB16").licence, str)
    table = keras_vit.list_weights("ViTB16", details=True)
    assert_type(table[0].parameters, int)
    report = keras_vit.load_weights(model, path, bias_resize="log_spaced")
    assert_type(report.format, str)
    images = keras_vit.preprocess_input(PIXELS, tags[0], image_size=224)
    best = keras_vit.decode_predictions(model.predict(images), top=3)
    best[0][0]


def a_look_inside(model: keras.Model) -> None:
    maps = keras_vit.inspection.attention_maps(model, PIXELS, layers=[0])
    assert_type(len(maps), int)
    assert_type(inspection.attention_rollout(model, PIXELS).ndim, int)
    assert_type(inspection.feature_extractor(model, "stages"), keras.Model)


def batches_to_train_on(model: keras.Model) -> None:
    train = data.image_batches(
        "cifar10",
        split="train",
        image_size=32,
        batch_size=64,
        training=True,
        resize=data.Resize("random_crop", crop_area=(0.25, 1.0)),
        augmentation=data.Augmentation(rand_augment=(2, 9)),
    )
    model.fit(train, epochs=3)
    data.image_batches((PIXELS, [0, 1]), image_size=(32, 48), crop_ratio=0.9)
    assert_type(keras_vit.data.class_names("cifar10"), tuple[str, ...])
    assert_type(len(keras_vit.data.class_names("cifar10")), int)


def out_of_the_notebook(model: keras.Model) -> None:
    report = keras_vit.export(model, "vit.onnx", precision="float16")
    assert_type(report, keras_vit.deployment.ExportReport)
    assert_type(report.agreement, float)
