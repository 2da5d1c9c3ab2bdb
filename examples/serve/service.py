"""What is done with a picture: received, decoded, answered, each in its own thread."""

import asyncio
import contextlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from fastapi import Request
from starlette.requests import ClientDisconnect

from examples.serve.attention import as_png
from examples.serve.batching import Batcher
from examples.serve.metrics import Metrics
from examples.serve.models import Served
from examples.serve.pictures import Refused, read
from examples.serve.uploads import receive

# Each holds an upload and the pixels it becomes: so many bound the memory.
MAX_AT_ONCE = 64
DECODERS = 2


class Service:
    """Answers requests with a model; to be entered in the loop that calls it.

    Args:
        model: what `models.py` makes.
    """

    def __init__(self, model: Served):
        self.model = model
        self.metrics = Metrics()
        self.batcher = Batcher(model.predict, seen=self.metrics.batches.observe)

    async def __aenter__(self):
        self.free = asyncio.Semaphore(MAX_AT_ONCE)
        self.decoders = ThreadPoolExecutor(DECODERS, "decode")
        self.one_by_one = ThreadPoolExecutor(1, "attention")
        await self.batcher.__aenter__()
        return self

    async def __aexit__(self, *error):
        await self.batcher.__aexit__(*error)
        self.decoders.shutdown(cancel_futures=True)
        self.one_by_one.shutdown(cancel_futures=True)

    @contextlib.asynccontextmanager
    async def pixels_of(self, request: Request):
        """The picture of a request, while there is room for it."""
        if self.free.locked():
            raise Refused(503, "Too many pictures at once. Try again in a second.")
        async with self.free:
            data = await receive(request)
            size, crop = self.model.size, self.model.crop
            pixels = await self._in(self.decoders, read, data, size, crop)
            if await request.is_disconnected():
                raise ClientDisconnect
            yield pixels

    async def predict(self, request: Request, top: int) -> list[dict]:
        """The likeliest classes, best first."""
        async with self.pixels_of(request) as pixels:
            scores = await self.batcher(pixels)
        names = self.model.class_names
        best = np.argsort(-scores, kind="stable")[:top]
        return [{"name": names[i], "score": float(scores[i])} for i in best]

    async def attention(self, request: Request) -> bytes:
        """A PNG that shows where the model looks."""
        attention = self.model.attention
        if attention is None:
            raise Refused(404, "An ONNX file alone shows no attention: serve a model.")
        async with self.pixels_of(request) as pixels:
            maps = await self._in(self.one_by_one, attention, pixels[None])
            return as_png(pixels, maps[0])

    @staticmethod
    async def _in(threads, function, *arguments):
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(threads, function, *arguments)
