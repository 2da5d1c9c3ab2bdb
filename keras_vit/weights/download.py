"""Files of the Hugging Face hub.

They come through huggingface_hub, so that its cache, HF_ENDPOINT and HF_HUB_OFFLINE
hold.
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath

from keras_vit.weights.failures import is_forbidden, is_full, last_cause
from keras_vit.weights.folders import INDEX, USUAL_FILES, shards_of

ADDRESS = re.compile(
    r"hf://(?P<repository>[\w.-]+/[\w.-]+)(@(?P<revision>[\w.-]+))?(/(?P<file>.+))?"
)


def download_from_hub(
    repository: str, file: str | None = None, revision: str | None = None
) -> Path:
    """Fetch one file of a repository, or take it from huggingface_hub's cache.

    An index of shards brings its shards along.

    Args:
        repository: "organisation/name".
        file: Name of the file; if None, those that `save_pretrained` writes are
            tried, `model.safetensors` first.
        revision: Branch, tag or commit; None for the main branch.

    Returns:
        Path of the whole file in the cache.

    Raises:
        ValueError: If huggingface_hub is missing, or the file cannot be had.
    """
    names = (file,) if file else USUAL_FILES
    try:
        found = first_of(fetch, repository, names, revision)
    except NotInCache:
        found = first_of(cached, repository, names, revision)
        if found is None:
            raise
    if found is None:
        raise ValueError(
            f"The repository '{repository}' has no file "
            f"{' or '.join(map(repr, names))}. Name one of its files: "
            f"'hf://{repository}/FILE'."
        )
    if found.name.endswith(INDEX):
        for shard in shards_of(found):
            place = PurePosixPath(file or "").parent / shard
            fetch(repository, str(place), revision)
    return found


def first_of(
    find: Callable[..., Path | None],
    repository: str,
    names: Iterable[str],
    revision: str | None,
) -> Path | None:
    """The first of several files that is found, None where there is none."""
    found = (find(repository, name, revision) for name in names)
    return next((path for path in found if path is not None), None)


def find_on_hub(repository: str, file: str, revision: str | None) -> Path | None:
    """Fetch a file that a repository need not have; None where it cannot be had."""
    try:
        return fetch(repository, file, revision)
    except NotInCache:
        return None


def cached(repository: str, name: str, revision: str | None) -> Path | None:
    """A file of huggingface_hub's cache, without asking the hub."""
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(repository, name, revision=revision)
    return Path(found) if isinstance(found, str) else None


def fetch(repository: str, name: str, revision: str | None) -> Path | None:
    """Fetch one file through huggingface_hub; None where the repository has it not."""
    try:
        from huggingface_hub import errors, hf_hub_download
    except ImportError as error:
        raise ValueError(
            f"'hf://{repository}' is on the Hugging Face hub, and huggingface_hub is "
            'not installed: `pip install "keras-vit-swin[weights]"`.'
        ) from error
    try:
        return Path(hf_hub_download(repository, name, revision=revision))
    except errors.LocalEntryNotFoundError as error:
        raise unreachable(repository, name, error) from error
    except errors.EntryNotFoundError:
        return None
    except Exception as error:  # HTTP, network and disk each raise their own
        raise explain(repository, name, error) from error


class NotInCache(ValueError):
    """A file that is neither in the cache nor within reach."""


def unreachable(repository: str, name: str, error: Exception) -> NotInCache:
    """The error of a file that is neither in the cache nor within reach."""
    return NotInCache(
        f"'{name}' of '{repository}' is not in the cache and the hub cannot be reached "
        f"({last_cause(error)}). Check the network, HF_ENDPOINT and HF_HUB_OFFLINE, or "
        "give the path of a file."
    )


def explain(repository: str, name: str, error: Exception) -> ValueError:
    """Say in one sentence why a download failed and what to do."""
    from huggingface_hub import errors

    where = f"'{name}' of '{repository}'"
    if isinstance(error, errors.GatedRepoError):
        return ValueError(
            f"{where} is given out after its terms are accepted: do so on its page on "
            "the hub, then `hf auth login`."
        )
    if isinstance(error, (errors.RepositoryNotFoundError, errors.HFValidationError)):
        return ValueError(
            f"There is no repository '{repository}' on the hub, or it is private. "
            "Check its name; for a private one, `hf auth login`."
        )
    if isinstance(error, errors.RevisionNotFoundError):
        return ValueError(f"{where} has no such revision; check what follows the '@'.")
    if is_full(error):
        return ValueError(
            f"The disk is full: {where} could not be saved. Free some space, or point "
            "HF_HOME to another disk."
        )
    if is_forbidden(error):
        return ValueError(
            f"The cache cannot be written to: {where} could not be saved "
            f"({last_cause(error)}). Point HF_HOME to a folder of yours, or give the "
            "path of a file."
        )
    return ValueError(
        f"The transfer of {where} broke off ({last_cause(error)}). Try again, or give "
        "the path of a file."
    )
