"""Files of the Hugging Face hub.

They come through huggingface_hub, so that its cache, HF_ENDPOINT and HF_HUB_OFFLINE
hold.
"""

import re
from pathlib import Path

from keras_vit.weights.failures import is_full, last_cause

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
    for name in names:
        try:
            return Path(hf_hub_download(repository, name, revision=revision))
        except errors.LocalEntryNotFoundError as error:
            raise unreachable(repository, name, error) from error
        except errors.EntryNotFoundError:
            continue
        except Exception as error:  # HTTP, network and disk each raise their own
            raise explain(repository, name, error) from error
    raise ValueError(
        f"The repository '{repository}' has no file {' or '.join(map(repr, names))}. "
        f"Name one of its files: 'hf://{repository}/FILE'."
    )


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
        f"The transfer of {where} broke off ({last_cause(error)}). Try again, or give "
        "the path of a file."
    )
