"""Run the experiments and write the page: `python -m benchmarks.reproduce`.

What is measured is kept: started again, it goes on where it was stopped.
"""

import argparse
from pathlib import Path

from benchmarks.reproduce import (
    counter_example,
    pooling,
    positions,
    pretraining,
    transfer,
    windows,
)
from benchmarks.reproduce.page import page
from benchmarks.reproduce.results import Results

ROOT = Path(__file__).parents[2]
EXPERIMENTS = {
    "transfer": ("Transfer: crops of 14 photographs", transfer),
    "counter_example": ("The counter-example: MNIST", counter_example),
    "pretraining": ("Learning without labels", pretraining),
    "pooling": ("Class token or mean (ViT, appendix D.3)", pooling),
    "positions": ("Positions (ViT, appendix D.4)", positions),
    "windows": ("Shift and positions in Swin (table 4)", windows),
}


def main(arguments=None) -> int:
    """Run what was asked for.

    Returns:
        0, or 1 if an experiment could not be run; the page says which.
    """
    options = _options(arguments)
    all_results, failed = {}, []
    for name, (_, module) in EXPERIMENTS.items():
        settings = module.QUICK if options.quick else module.SETTINGS
        results = Results(options.folder / f"{name}.json", settings)
        all_results[name] = results
        if name in options.only:
            try:
                module.run(results, options.folder / "kept")
            except (ImportError, ValueError) as error:  # no package, no weights
                print(f"{name} could not be run: {error}", flush=True)
                failed.append(name)
    text = page(EXPERIMENTS, all_results)
    options.page.parent.mkdir(parents=True, exist_ok=True)
    options.page.write_text(text, encoding="utf-8")
    print(f"Written: {options.page}", flush=True)
    return 1 if failed else 0


def _options(arguments):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = list(EXPERIMENTS)
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    parser.add_argument("--quick", action="store_true", help="tiny, for a test")
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "benchmarks" / "results" / "reproduce"
    )
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "results.md")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
