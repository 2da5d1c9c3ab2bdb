"""All recipes, and how one is found."""

import difflib

from keras_vit.training.recipes.augreg_rows import AUGREG
from keras_vit.training.recipes.deit_rows import DEIT
from keras_vit.training.recipes.mae_rows import MAE
from keras_vit.training.recipes.row import Recipe
from keras_vit.training.recipes.simmim_rows import SIMMIM
from keras_vit.training.recipes.swin_rows import SWIN
from keras_vit.training.recipes.vit_rows import VIT

RECIPES = {row.name: row for row in (*VIT, *AUGREG, *DEIT, *SWIN, *MAE, *SIMMIM)}


def list_recipes() -> list[str]:
    """The names of the published trainings that `recipe` knows.

    Example:

    ```python
    import keras_vit

    assert "deit" in keras_vit.training.list_recipes()
    ```
    """
    return list(RECIPES)


def recipe(name: str) -> Recipe:
    """A published training, by name.

    Args:
        name: one of `list_recipes()`.

    Returns:
        The `Recipe`: its numbers, and what `compile` and `fit` need of them.

    Raises:
        ValueError: if there is none of that name; the message lists near ones.

    Example:

    ```python
    import keras_vit

    row = keras_vit.training.recipe("mae_finetune_b")
    assert row.peak(batch_size=1024) == 2e-3  # 5e-4 for each 256 images
    print(row.expected)
    ```
    """
    if isinstance(name, str) and name in RECIPES:
        return RECIPES[name]
    near = difflib.get_close_matches(str(name), RECIPES, n=5, cutoff=0.4)
    raise ValueError(
        f"`name` should be one of list_recipes(). Received: name={name!r}. "
        f"Near: {', '.join(near or RECIPES)}."
    )
