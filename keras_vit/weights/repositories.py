"""What a repository or a folder outside of the catalogue tells of its model."""

from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from keras_vit.weights.configs import Facts, read_facts
from keras_vit.weights.download import ADDRESS, find_on_hub
from keras_vit.weights.geometry import variants_with

CONFIG = "config.json"
PREPROCESSOR = "preprocessor_config.json"


def facts_of(weights: str | Path) -> Facts | None:
    """Read the configurations beside weights.

    Args:
        weights: "hf://organisation/repository", or the path of a folder.

    Returns:
        What they tell, or None where there are none that are understood.

    Raises:
        ValueError: If a configuration is broken, or of a related model that is not
            built here.
    """
    address = ADDRESS.fullmatch(str(weights))
    if address:
        folder = PurePosixPath(address["file"] or "").parent

        def find(name: str) -> Path | None:
            place = str(folder / name)
            return find_on_hub(address["repository"], place, address["revision"])
    else:

        def find(name: str) -> Path | None:
            return path if (path := Path(weights, name)).is_file() else None

    config = find(CONFIG)
    return None if config is None else read_facts(config, find(PREPROCESSOR))


def check_sizes(
    facts: Facts,
    weights: str | Path,
    variant: str | None,
    sizes: Mapping[str, Any],
    given: Collection[str],
) -> None:
    """Refuse weights of another size, before they are fetched and a model is built.

    Args:
        facts: What is told of the weights.
        weights: Where they are from, for the message.
        variant: Name of the variant that is to be built, or None.
        sizes: The arguments that it is to be built with.
        given: Names of those that the caller gave.

    Raises:
        ValueError: If they are of another size.
    """
    told = {**facts.sizes, "patch_size": facts.patch_size}
    other = [name for name, size in facts.sizes.items() if sizes.get(name) != size]
    patch_differs = sizes.get("patch_size") != facts.patch_size
    if variant is not None and patch_differs and "patch_size" not in given:
        other.append("patch_size")
    if not other:
        return
    alike = variants_with(facts.sizes, facts.patch_size)
    names = " or ".join(alike) or "no variant that is known here"
    hint = "Build it with these sizes."
    if other == ["patch_size"]:
        hint = f"Give patch_size={sizes['patch_size']} to have its kernel resized."
    raise ValueError(
        f"'{weights}' tells of a {facts.family} of "
        f"{', '.join(f'{name}={size}' for name, size in told.items())} ({names}). "
        f"Received: {variant or 'a model'} of "
        f"{', '.join(f'{name}={sizes.get(name)}' for name in other)}. {hint}"
    )
