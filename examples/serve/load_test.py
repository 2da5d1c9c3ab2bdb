"""Sixteen clients and 2,000 pictures, while others do harm.

    python -m examples.serve.load_test             # starts a server of its own
    python -m examples.serve.load_test --url http://127.0.0.1:8000

Ends with status 1 if an answer is missing or another than expected.
"""

import argparse
import asyncio
import contextlib
import dataclasses
import sys
import time
from urllib.parse import urlsplit

import httpx2
import numpy as np

from examples.serve import hostile
from examples.serve.process import running_server

MILLISECONDS = 1000
HANGS_UP = "a client that hangs up"


@dataclasses.dataclass
class Results:
    """What came back.

    Args:
        seconds: of each answer that was as expected.
        lost: of each that was not, what it was.
        hostile: how often each kind of harm was answered as it should be.
        wrong: of each kind that was not, what it was.
        total: seconds of the whole.
    """

    seconds: list[float] = dataclasses.field(default_factory=list)
    lost: list[str] = dataclasses.field(default_factory=list)
    hostile: dict[str, int] = dataclasses.field(default_factory=dict)
    wrong: list[str] = dataclasses.field(default_factory=list)
    total: float = 0.0

    def __str__(self) -> str:
        p50, p99 = np.percentile(self.seconds or [np.nan], [50, 99]) * MILLISECONDS
        lines = [
            f"{len(self.seconds)} answers, {len(self.lost)} lost, in "
            f"{self.total:.1f} s ({len(self.seconds) / self.total:.0f} a second)",
            f"p50 {p50:.0f} ms, p99 {p99:.0f} ms",
            *(f"{name}: {count} as expected" for name, count in self.hostile.items()),
            *(f"LOST: {text}" for text in self.lost[:5]),
            *(f"WRONG: {text}" for text in self.wrong[:5]),
        ]
        return "\n".join(lines)


async def load(url: str, clients: int, requests: int, harm: bool) -> Results:
    """Send pictures, and harm meanwhile.

    Args:
        url: of the server.
        clients: that wait for an answer before they ask again.
        requests: of all clients.
        harm: whether one more client sends what `hostile.py` has.
    """
    results = Results()
    body = hostile.photograph()
    numbers = iter(range(requests))
    limits = httpx2.Limits(max_connections=clients + 1)
    async with httpx2.AsyncClient(base_url=url, timeout=60, limits=limits) as client:
        await client.post("/predict", content=body)  # to warm up
        over = asyncio.Event()
        harming = _harm(client, url, results, over) if harm else asyncio.sleep(0)
        other = asyncio.create_task(harming)
        start = time.perf_counter()
        await asyncio.gather(
            *(_ask(client, body, numbers, results) for _ in range(clients))
        )
        results.total = time.perf_counter() - start
        over.set()
        await other
    return results


async def _ask(client, body, numbers, results) -> None:
    for number in numbers:
        start = time.perf_counter()
        try:
            answer = await client.post("/predict", content=body)
            answer.raise_for_status()
            answer.json()["classes"][0]["name"]
        except (httpx2.HTTPError, LookupError) as error:
            results.lost.append(f"request {number}: {error!r}")
        else:
            results.seconds.append(time.perf_counter() - start)


async def _harm(client, url, results, over) -> None:
    """One kind of harm after the other, round by round, until it is over."""
    bodies = {name: (make(), status) for name, (make, status) in hostile.BODIES.items()}
    address = urlsplit(url)
    counts = results.hostile = dict.fromkeys([*bodies, HANGS_UP], 0)
    while True:
        for name, (body, status) in bodies.items():
            try:
                got = (await client.post("/predict", content=body)).status_code
            except httpx2.HTTPError as error:
                got = repr(error)
            if got == status:
                counts[name] += 1
            else:
                results.wrong.append(f"{name}: {got} instead of {status}")
        for part in (0.5, 1.0):
            await hostile.hang_up(address.hostname, address.port, part)
        counts[HANGS_UP] += 1
        if over.is_set():
            return


def main() -> None:
    """Run it and print what came back."""
    parser = argparse.ArgumentParser(prog="python -m examples.serve.load_test")
    parser.add_argument("--url", help="of a server that runs; else one is started")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--no-harm", action="store_true", help="good pictures alone")
    asked = parser.parse_args()
    server = contextlib.nullcontext(asked.url) if asked.url else running_server()
    with server as url:
        results = asyncio.run(
            load(url, asked.clients, asked.requests, not asked.no_harm)
        )
    print(results)
    sys.exit(bool(results.lost or results.wrong))


if __name__ == "__main__":
    main()
