"""Write a page of pictures out of the committed notebooks: `make gallery`.

`make docs` does so too. Nothing is executed: each picture is what a notebook drew.
"""

import base64
import json
import pathlib

ROOT = pathlib.Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "gallery"
# What to show: the number of a notebook, which of its pictures from 0, and a heading.
CHOSEN = (
    ("02", 0, "A picture as patches"),
    ("04", 2, "How alike positions are"),
    ("01", 1, "Where two patches look"),
    ("07", 0, "Attention, head by head"),
    ("07", 1, "Rollout, in four ways"),
    ("07", 4, "Class attention above occlusion"),
    ("07", 3, "Features as colors"),
    ("08", 1, "Shifted windows, rolled and masked"),
    ("10", 2, "What a token depends on"),
    ("11", 2, "Digits rebuilt from a part"),
)
TEXT = """# Gallery

Each picture was drawn by the notebook that it leads to, which explains it.

## Shifted windows, in motion

![The six steps of a shifted window, one after the other](../images/windows.gif)

[Notebook 8](../../tutorials/08_swin_windows.ipynb) takes them one by one.
"""


def pictures(notebook):
    """(PNG, its text for those who cannot see it) of a notebook's outputs, in order."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return [
        (
            base64.b64decode(output["data"]["image/png"]),
            output["metadata"]["image/png"]["alt"],
        )
        for cell in cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]


def main():
    """Write the page and its pictures."""
    FOLDER.mkdir(exist_ok=True)
    text = TEXT
    for number, index, heading in CHOSEN:
        (notebook,) = (ROOT / "tutorials").glob(f"{number}_*.ipynb")
        picture, words = pictures(notebook)[index]
        name = f"{number}_{index}.png"
        (FOLDER / name).write_bytes(picture)
        link = f"[Notebook {int(number)}](../../tutorials/{notebook.name})"
        text += f"\n## {heading}\n\n![{words}]({name})\n\n{link} explains it.\n"
    (FOLDER / "index.md").write_text(text, encoding="utf-8")
    print(f"{FOLDER / 'index.md'}: {len(CHOSEN)} pictures and one in motion")


if __name__ == "__main__":
    main()
