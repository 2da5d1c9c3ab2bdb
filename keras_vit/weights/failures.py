"""What lies behind the error of a download or of a reader."""

import errno


class Refused(ValueError):
    """A file that is refused for a reason which its message tells in full."""


def is_full(error: BaseException) -> bool:
    """Whether an error, or what caused it, is a full disk."""
    return _is_caused_by(error, errno.ENOSPC, errno.EDQUOT)


def is_forbidden(error: BaseException) -> bool:
    """Whether an error, or what caused it, is a folder that must not be written to."""
    return _is_caused_by(error, errno.EROFS, errno.EACCES, errno.EPERM)


def _is_caused_by(error: BaseException, *numbers: int) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno in numbers:
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def last_cause(error: BaseException) -> str:
    """The first line of what an error began with."""
    while error.__cause__ is not None:
        error = error.__cause__
    return first_line(error)


def first_line(error: BaseException) -> str:
    """The first line of an error's message, or its class where it has none."""
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
