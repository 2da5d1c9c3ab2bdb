"""PyTorch's own random state, from which Keras's unseeded dropout draws there."""

import numpy as np
import torch  # noqa: TID253 - nothing imports this file on another backend


def random_state() -> dict[str, np.ndarray]:
    """The states of the processor's generator and of each accelerator's."""
    states = {"processor": torch.get_rng_state()}
    if torch.cuda.is_available():
        for number, state in enumerate(torch.cuda.get_rng_state_all()):
            states[f"accelerator_{number}"] = state
    return {name: state.numpy() for name, state in states.items()}


def set_random_state(states: dict[str, np.ndarray]) -> None:
    """Set what `random_state` gave; accelerators that are gone are passed over."""
    torch.set_rng_state(torch.from_numpy(states["processor"].copy()))
    for number in range(torch.cuda.device_count()):
        state = states.get(f"accelerator_{number}")
        if state is not None:
            torch.cuda.set_rng_state(torch.from_numpy(state.copy()), number)
