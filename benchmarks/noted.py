"""What was found once is not measured again: a file of JSON lines keeps it."""

import json
from collections.abc import Callable
from pathlib import Path


def noted(results: Path, job: dict, find: Callable[[], dict]) -> dict:
    """What the file says of a job, or what `find` finds, which is printed and kept."""
    lines = results.read_text().splitlines() if results.exists() else []
    for line in map(json.loads, lines):
        if line["job"] == job:
            return line["found"]
    found = find()
    print(job, found, flush=True)
    with results.open("a") as file:
        file.write(json.dumps({"job": job, "found": found}) + "\n")
    return found
