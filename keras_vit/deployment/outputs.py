"""Names of a model's outputs, the same in every format."""


def named(outputs) -> dict:
    """The outputs by name: `predictions` where there is one alone."""
    if isinstance(outputs, dict):
        return dict(outputs)
    if not isinstance(outputs, list | tuple):
        return {"predictions": outputs}
    return {f"output_{i}": output for i, output in enumerate(outputs)}
