"""The body of a request, no longer and no slower than it may be."""

import asyncio

from fastapi import Request

from examples.serve.pictures import Refused

MAX_BYTES = 10_000_000
SECONDS = 30


async def receive(request: Request) -> bytes:
    """Read the body, and stop at the first byte too many.

    Raises:
        Refused: 413 for too many bytes, 408 for a body that does not come.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > MAX_BYTES:
        raise _too_many()
    body = bytearray()
    try:
        async with asyncio.timeout(SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise _too_many()
    except TimeoutError as error:
        raise Refused(408, f"The picture did not come in {SECONDS} s.") from error
    return bytes(body)


def _too_many() -> Refused:
    return Refused(413, f"A picture may have {MAX_BYTES} bytes. Send a smaller one.")
