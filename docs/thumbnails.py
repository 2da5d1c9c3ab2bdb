"""Take one picture of each notebook for the README, with `python docs/thumbnails.py`.

They come from the committed notebooks; nothing is executed.
"""

import io

from gallery import ROOT, pictures

FOLDER = ROOT / "docs" / "images" / "notebooks"
# Which of a notebook's pictures, counted from 0; the first one of those not named.
CHOSEN = {
    "01": 1,
    "04": 2,
    "05": 2,
    "06": 3,
    "07": 3,
    "08": 1,
    "09": 2,
    "10": 6,
    "11": 2,
    "12": 5,
}
SIZE = (320, 180)


def main():
    """Write a small picture for each notebook."""
    from PIL import Image

    FOLDER.mkdir(exist_ok=True)
    for notebook in sorted((ROOT / "tutorials").glob("[0-9][0-9]_*.ipynb")):
        number = notebook.name[:2]
        chosen, _ = pictures(notebook)[CHOSEN.get(number, 0)]
        picture = Image.open(io.BytesIO(chosen)).convert("RGB")
        picture.thumbnail(SIZE, Image.Resampling.LANCZOS)
        picture.quantize(128).save(FOLDER / f"{number}.png", optimize=True)


if __name__ == "__main__":
    main()
