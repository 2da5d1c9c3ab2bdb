"""The road of a checkpoint to this machine.

Repositories go through huggingface_hub, so that its cache, HF_ENDPOINT and
HF_HUB_OFFLINE hold; single addresses through keras.utils.get_file.
"""

import errno
import re
from pathlib import Path

import keras

USUAL_FILES = ("model.safetensors", "pytorch_model.bin")
ADDRESS = re.compile(
    r"hf://(?P<repository>[\w.-]+/[\w.-]+)(@(?P<revision>[\w.-]+))?(/(?P<file>.+))?"
)


def download_from_hub(
    repository: str, file: str | None = None, revision: str | None = None
) -> Path:
    """Fetch one file of a repository, or take it from huggingface_hub's cache.

    Args:
        repository: "organisation/name".
        file: Name of the file; if None, `model.safetensors` and then
            `pytorch_model.bin` are tried.
        revision: Branch, tag or commit; None for the main branch.

    Returns:
        Path of the whole file in the cache.

    Raises:
        ValueError: If huggingface_hub is missing, or the file cannot be had.
    """
    try:
        from huggingface_hub import errors, hf_hub_download
    except ImportError as error:
        raise ValueError(
            f"'hf://{repository}' is on the Hugging Face hub, and huggingface_hub is "
            'not installed: `pip install "keras-vit-swin[weights]"`.'
        ) from error
    names = (file,) if file else USUAL_FILES
    before = parts_of_files(repository)
    for name in names:
        try:
            return Path(hf_hub_download(repository, name, revision=revision))
        except errors.LocalEntryNotFoundError as error:
            raise unreachable(repository, name, error) from error
        except errors.EntryNotFoundError:
            continue
        except Exception as error:  # HTTP, network and disk each raise their own
            for part in parts_of_files(repository) - before:
                part.unlink(missing_ok=True)
            raise explain(repository, name, error) from error
    raise ValueError(
        f"The repository '{repository}' has no file {' or '.join(map(repr, names))}. "
        f"Name one of its files: 'hf://{repository}/FILE'."
    )


def parts_of_files(repository: str) -> set[Path]:
    """What unfinished downloads have left in huggingface_hub's cache.

    Its versions of 2026 leave nothing; older ones keep the part of a broken transfer.
    """
    from huggingface_hub import constants

    folder = Path(constants.HF_HUB_CACHE, f"models--{repository.replace('/', '--')}")
    return set(folder.glob("blobs/*.incomplete"))


def unreachable(repository: str, name: str, error: Exception) -> ValueError:
    """The error of a file that is neither in the cache nor within reach."""
    return ValueError(
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
    return ValueError(
        f"The transfer of {where} broke off ({last_cause(error)}); nothing of it was "
        "kept. Try again, or give the path of a file."
    )


def download_from_url(url: str) -> Path:
    """Fetch one file from a plain address through `keras.utils.get_file`.

    Args:
        url: The address.

    Returns:
        Path of the whole file in Keras's cache (`KERAS_HOME`).

    Raises:
        ValueError: If the file cannot be had.
    """
    name = url.rsplit("/", 1)[1]
    try:
        return Path(keras.utils.get_file(name, url, cache_subdir="keras_vit"))
    except Exception as error:  # get_file raises bare Exceptions
        if is_full(error):
            raise ValueError(
                f"The disk is full: '{name}' could not be saved. Free some space, or "
                "point KERAS_HOME to another disk."
            ) from error
        raise ValueError(
            f"'{url}' cannot be fetched ({last_cause(error)}); nothing of it was kept. "
            "Check the network, or give the path of a file."
        ) from error


def is_full(error: BaseException) -> bool:
    """Whether an error, or what caused it, is a full disk."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def last_cause(error: BaseException) -> str:
    """The first line of what an error began with."""
    while error.__cause__ is not None:
        error = error.__cause__
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
