"""What there is of published weights, as tags or as a table of facts."""

from typing import Literal, overload

from keras_vit.arguments import flag
from keras_vit.weights.catalogue import WeightsInfo, catalogue, variants

COLUMNS = ("variant", "tag", "parameters", "pixels", "top-1", "licence")


@overload
def list_weights(
    variant: str | None = None, details: Literal[False] = False
) -> list[str]: ...


@overload
def list_weights(
    variant: str | None = None, *, details: Literal[True]
) -> "WeightsTable": ...


def list_weights(
    variant: str | None = None, details: bool = False
) -> "list[str] | WeightsTable":
    """List the published weights.

    Args:
        variant: Name of a model, as in `"ViTB16"`; None for the weights of all.
        details: Whether to list what is known of each checkpoint.

    Returns:
        List of tags, each of which can be given as `weights=`; with `details=True`
        a list of `WeightsInfo` that shows itself as a table.

    Raises:
        ValueError: If no such variant is known.

    Example:
    ```python
    import keras_vit

    assert "augreg_in21k_ft_in1k" in keras_vit.list_weights("ViTB16")
    assert keras_vit.list_weights("ViTS14") == ["dinov2", "dinov2_registers"]
    table = keras_vit.list_weights("ViTTi16", details=True)
    print(table)  # its first row: ViTTi16  augreg_in21k_ft_in1k  5.7 M  224 ...
    assert max(table, key=lambda info: info.top1 or 0).top1 == 78.438
    ```
    """
    if variant is not None and variant not in variants():
        raise ValueError(
            f"No weights are known for the variant {variant!r}. Expected one of "
            f"{', '.join(variants())}."
        )
    rows = [info for info in catalogue() if variant in (None, info.variant)]
    if flag(details, "details"):
        return WeightsTable(rows)
    return list(dict.fromkeys(info.tag for info in rows))


class WeightsTable(list[WeightsInfo]):
    """A list of `WeightsInfo` that shows itself as a table.

    Args:
        iterable: The records.
    """

    def __repr__(self) -> str:
        """One checkpoint a line, under the names of the columns."""
        rows = [COLUMNS, *map(row_of, self)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join(
            "  ".join(
                cell.ljust(width) for cell, width in zip(row, widths, strict=True)
            ).rstrip()
            for row in rows
        )


def row_of(info: WeightsInfo) -> tuple[str, ...]:
    """What a table shows of a checkpoint."""
    return (
        info.variant,
        info.tag,
        f"{info.parameters / 1e6:.1f} M",
        str(info.input_size),
        "" if info.top1 is None else f"{info.top1:.1f} %",
        info.licence,
    )
