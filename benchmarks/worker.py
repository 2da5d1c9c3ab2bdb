"""The process of one contender; `benchmarks.turns` talks to it line by line in JSON.

It builds the model, takes the first steps, says what they took, and then, whenever a
number of seconds comes in, steps for so long and answers with the milliseconds of
each step.
"""

import argparse
import contextlib
import importlib
import json
import os
import sys
import time

import numpy as np

from benchmarks.cells import BACKENDS
from benchmarks.contenders import CONTENDERS
from benchmarks.memory import held_mib, peak_mib

WARM_UP_STEPS = 2


def main() -> None:
    """Measure as the lines on stdin ask."""
    options = _options()
    os.environ["KERAS_BACKEND"] = options.backend
    os.environ["KERAS_VIT_PLAIN"] = options.plain
    answers = answers_alone()
    step, report = prepare(options)
    print(json.dumps(report), file=answers)
    for line in sys.stdin:
        cpu_start = time.process_time()
        milliseconds = steps_for(step, float(line))
        cpu_seconds = time.process_time() - cpu_start
        answer = {
            "milliseconds": milliseconds,
            "cpu_milliseconds": cpu_seconds * 1000 / len(milliseconds),
            "peak_mib": peak_mib(),
        }
        print(json.dumps(answer), file=answers)


def answers_alone():
    """Return where answers go; what libraries print would be taken for one."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


def prepare(options):
    """Build the model and take its first steps.

    Returns:
        The step and a dictionary: seconds to import the backend, to import the library
        and build the model, and for the first step; parameters; memory.
    """
    from benchmarks.steps import make_step

    contender = CONTENDERS[options.contender]
    start = time.perf_counter()
    backend = importlib.import_module(options.backend)
    if options.plain == "onednn":  # which PyTorch has a switch of its own for
        backend.backends.mkldnn.enabled = False
    imported = time.perf_counter()
    imported_mib = peak_mib()
    with _settings(options):
        model = contender.build(options.model)
    built = time.perf_counter()
    built_mib = held_mib()
    adamw = getattr(contender, "adamw", None)
    step = make_step(model, options.mode, options.batch, adamw, options.dtype)
    result = step()
    first = time.perf_counter()
    if not np.all(np.isfinite(result)):
        raise ValueError(f"{options.contender} gives numbers that are not finite.")
    for _ in range(WARM_UP_STEPS):
        step()
    return step, {
        "backend_import_s": imported - start,
        "build_s": built - imported,
        "first_step_s": first - built,
        "parameters": _parameters(model),
        "imported_mib": imported_mib,
        "built_mib": built_mib,
        "peak_mib": peak_mib(),
    }


def _settings(options):
    """How a Keras model is built in another type or recomputed.

    PyTorch's modules are built in float32 whatever the type of a step.
    """
    of_keras = CONTENDERS[options.contender].BACKENDS != ("torch",)
    if of_keras and (options.remat or options.dtype):
        import keras

        if options.dtype:
            keras.config.set_dtype_policy(options.dtype)
        if options.remat:
            return keras.RematScope(mode="full")
    return contextlib.nullcontext()


def steps_for(step, seconds: float, at_least: int = 2) -> list[float]:
    """Milliseconds of each step, taken until so many seconds are over."""
    milliseconds = []
    end = time.perf_counter() + seconds
    while len(milliseconds) < at_least or time.perf_counter() < end:
        start = time.perf_counter()
        step()
        milliseconds.append((time.perf_counter() - start) * 1000)
    return milliseconds


def _parameters(model) -> int:
    if hasattr(model, "count_params"):
        return model.count_params()
    return sum(weight.numel() for weight in model.parameters())


def _options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contender", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--backend", required=True, choices=BACKENDS)
    parser.add_argument("--mode", required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--dtype")
    parser.add_argument("--remat", action="store_true")
    parser.add_argument("--plain", default="0", help="operations without overrides")
    return parser.parse_args()


if __name__ == "__main__":
    main()
