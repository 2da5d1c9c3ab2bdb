"""Draw the README's pictures of what a model sees, with `python docs/pictures.py`.

They take real weights (DINOv2's ViT-S/14), which are downloaded once.
"""

import io
import pathlib

import keras_vit
from keras_vit import inspection, teaching

FOLDER = pathlib.Path(__file__).parent / "images"
NAMES = ("cat", "astronaut", "coffee", "rocket")
SIZE = 448


def save(figure, name):
    """Write a figure as a PNG of 256 colors, half the size of one of all colors."""
    from PIL import Image

    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=100)
    picture = Image.open(file).convert("RGB")
    colors = picture.quantize(256, kmeans=3)
    picture.quantize(palette=colors).save(FOLDER / name, optimize=True)  # dithered


def main():
    """Draw all three."""
    photographs = teaching.photographs(NAMES, SIZE)
    images = keras_vit.preprocess_input(photographs, "dinov2", "ViTS14")
    model = keras_vit.ViTS14(
        weights="dinov2", include_top=False, input_shape=(SIZE, SIZE, 3)
    )
    features = inspection.feature_pca(model, images)
    print("share of each picture that is object:", features.foreground.mean((1, 2)))
    save(inspection.plot_feature_pca(features, photographs), "features.png")

    (scores,) = inspection.attention_maps(model, images[1:2], layers=-1)
    rows, columns = features.foreground.shape[1:]
    of_class_token = scores[0, :, 0, 1:].reshape(-1, rows, columns)
    title = "Where the class token looks in the last block"
    figure = inspection.plot_attention_heads(
        of_class_token, photographs[1], title=title
    )
    save(figure, "attention.png")

    (cat,) = teaching.photographs(("cat",), 280)  # 10 x 10 patches
    figure = inspection.plot_windows(cat, window_size=4, patch_size=28, columns=3)
    save(figure, "windows.png")


if __name__ == "__main__":
    main()
