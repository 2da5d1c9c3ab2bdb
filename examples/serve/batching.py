"""Pictures of several clients, computed at once."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

MAX_BATCH = 16
WAIT = 0.004  # seconds that the first of a batch waits for others


class Batcher:
    """Gathers pictures that come within a few milliseconds, and predicts them at once.

    While one batch is computed, in a thread, the next gathers. To be entered
    (`async with`) in the loop that calls it.

    Args:
        predict: from uint8 `(batch, H, W, 3)` to `(batch, classes)`.
        max_batch: pictures of a batch, at most.
        wait: seconds that a batch stays open.
        seen: is told the size of each batch.
    """

    def __init__(
        self,
        predict: Callable[[np.ndarray], np.ndarray],
        max_batch: int = MAX_BATCH,
        wait: float = WAIT,
        seen: Callable[[int], object] = lambda size: None,
    ):
        self.predict, self.max_batch, self.wait = predict, max_batch, wait
        self.seen = seen

    async def __aenter__(self):
        self.queue: asyncio.Queue = asyncio.Queue()
        self.thread = ThreadPoolExecutor(1, "predict")
        self.task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *error):
        self.task.cancel()
        self.thread.shutdown(cancel_futures=True)

    @property
    def is_running(self) -> bool:
        """Whether pictures are answered."""
        return not self.task.done()

    async def __call__(self, pixels: np.ndarray) -> np.ndarray:
        """The predictions of one picture."""
        answer = asyncio.get_running_loop().create_future()
        self.queue.put_nowait((pixels, answer))
        return await answer

    async def _run(self):
        loop = asyncio.get_running_loop()
        while True:
            batch = await self._gather()
            # Who has hung up waits no more.
            batch = [(pixels, answer) for pixels, answer in batch if not answer.done()]
            if not batch:
                continue
            self.seen(len(batch))
            images = np.stack([pixels for pixels, _ in batch])
            try:
                results = await loop.run_in_executor(self.thread, self.predict, images)
            except Exception as error:  # whatever it is, it belongs to these clients
                results = [error] * len(batch)
            for (_, answer), result in zip(batch, results, strict=True):
                if answer.done():
                    continue
                if isinstance(result, Exception):
                    answer.set_exception(result)
                else:
                    answer.set_result(result)

    async def _gather(self):
        batch = [await self.queue.get()]
        try:
            async with asyncio.timeout(self.wait):
                while len(batch) < self.max_batch:
                    batch.append(await self.queue.get())
        except TimeoutError:
            pass
        return batch
