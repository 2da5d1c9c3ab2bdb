"""Take one picture of each notebook for the README, with `python docs/thumbnails.py`.

They come from the committed notebooks; nothing is executed.
"""

import base64
import io
import json
import pathlib

ROOT = pathlib.Path(__file__).parents[1]
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
}
SIZE = (320, 180)


def pictures(notebook):
    """The PNG pictures of a notebook's outputs, in their order."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return [
        base64.b64decode(output["data"]["image/png"])
        for cell in cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]


def main():
    """Write a small picture for each notebook."""
    from PIL import Image

    FOLDER.mkdir(exist_ok=True)
    for notebook in sorted((ROOT / "tutorials").glob("[0-9][0-9]_*.ipynb")):
        number = notebook.name[:2]
        chosen = pictures(notebook)[CHOSEN.get(number, 0)]
        picture = Image.open(io.BytesIO(chosen)).convert("RGB")
        picture.thumbnail(SIZE, Image.Resampling.LANCZOS)
        picture.quantize(128).save(FOLDER / f"{number}.png", optimize=True)


if __name__ == "__main__":
    main()
