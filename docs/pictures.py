"""Draw the pictures of what a model sees, with `python docs/pictures.py`.

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


def in_motion(image, name, **sizes):
    """Write the steps of a shifted window as a GIF that stops after three rounds."""
    from PIL import Image

    frames = []
    for step in ("partition", "shift", "roll", "regions", "masks", "back"):
        figure = inspection.plot_windows(image, steps=(step,), numbered=False, **sizes)
        figure.set_size_inches(4, 4.4)
        file = io.BytesIO()
        figure.savefig(file, format="png", dpi=100)
        frames.append(Image.open(file).convert("RGB").quantize(64))
    frames[0].save(
        FOLDER / name, save_all=True, append_images=frames[1:], duration=1500, loop=2
    )


def front(photograph, heads, features, cat):
    """The first picture of all: a ViT's attention above, Swin's windows below.

    Args:
        photograph: `(H, W, 3)`, the ViT's.
        heads: `(heads, rows, columns)`, where the class token looks in it.
        features: `inspection.feature_pca` of all photographs, this one the second.
        cat: `(H, W, 3)`, Swin's.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 5.6), layout="constrained")
    figure.get_layout_engine().set(h_pad=0.08, w_pad=0.06)
    above, below = figure.subplots(2, 4)
    above[0].imshow(photograph)
    above[0].set_title("a photograph", fontsize=14)
    for panel, head in zip(above[1:3], (5, 3), strict=True):
        scale = {"vmin": 0, "vmax": float(heads[head].max()) / 2}
        panel.imshow(photograph.mean(-1), cmap="gray", extent=(0, 1, 0, 1))
        panel.imshow(heads[head], alpha=0.65, extent=(0, 1, 0, 1), **scale)
        panel.set_title(f"ViT: attention, head {head}", fontsize=14)
    above[3].imshow(features.colors[1] * features.foreground[1][..., None])
    above[3].set_title("ViT: features as colors", fontsize=14)
    for panel, step in zip(
        below, ("partition", "shift", "roll", "regions"), strict=True
    ):
        inspection.plot_windows(
            cat, window_size=4, patch_size=35, steps=(step,), numbered=False, ax=panel
        )
        panel.set_title(f"Swin: {panel.get_title()}", fontsize=14)
    for panel in (*above, *below):
        panel.set(xticks=[], yticks=[])
        panel.spines[:].set_visible(False)
    return figure


def main():
    """Draw all."""
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

    (cat,) = teaching.photographs(("cat",), 280)  # 8 x 8 patches of the front picture
    save(front(photographs[1], of_class_token, features, cat), "front.png")
    figure = inspection.plot_windows(cat, window_size=4, patch_size=28, columns=3)
    save(figure, "windows.png")
    in_motion(cat, "windows.gif", window_size=4, patch_size=28)


if __name__ == "__main__":
    main()
