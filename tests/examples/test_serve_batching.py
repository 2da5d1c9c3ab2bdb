"""Pictures of several clients are computed at once, and each gets its own answer."""

import asyncio
import time

import numpy as np
import pytest

from examples.serve.batching import Batcher

pytestmark = pytest.mark.slow  # the same on every backend


def mean_color(images):
    return images.mean(axis=(1, 2)) / 255


def test_pictures_that_come_together_are_computed_together():
    sizes = []

    async def many():
        batcher = Batcher(mean_color, max_batch=7, wait=0.05, seen=sizes.append)
        async with batcher:
            arrays = [np.full((2, 3, 3), i, "uint8") for i in range(23)]
            return await asyncio.gather(*map(batcher, arrays))

    answers = asyncio.run(many())
    np.testing.assert_allclose([255 * answer[0] for answer in answers], range(23))
    assert sizes == [7, 7, 7, 2]


def test_a_batch_stays_open_for_a_moment():
    sizes = []

    async def one_after_the_other():
        async with Batcher(mean_color, wait=0.2, seen=sizes.append) as batcher:
            tasks = []
            for _ in range(3):
                picture = np.zeros((2, 3, 3), "uint8")
                tasks.append(asyncio.create_task(batcher(picture)))
                await asyncio.sleep(0.01)
            await asyncio.gather(*tasks)

    asyncio.run(one_after_the_other())
    assert sizes == [3]


def test_the_loop_is_free_while_a_batch_is_computed():
    def slowly(images):
        time.sleep(0.3)
        return mean_color(images)

    async def meanwhile():
        async with Batcher(slowly) as batcher:
            waiting = asyncio.create_task(batcher(np.zeros((2, 3, 3), "uint8")))
            ticks = 0
            while not waiting.done():
                ticks += 1
                await asyncio.sleep(0.01)
            return ticks

    assert asyncio.run(meanwhile()) > 5


def test_a_batch_that_fails_and_a_client_that_left_harm_nobody_else():
    seen = []

    def fails_once(images):
        seen.append(images[:, 0, 0, 0].tolist())
        if len(seen) == 1:
            raise MemoryError("no room")
        return mean_color(images)

    async def three():
        async with Batcher(fails_once, wait=0.01) as batcher:
            first, left, last = (np.full((2, 3, 3), i, "uint8") for i in range(3))
            with pytest.raises(MemoryError, match="no room"):
                await batcher(first)
            gone = asyncio.create_task(batcher(left))
            await asyncio.sleep(0)
            gone.cancel()
            await batcher(last)
            return batcher.is_running

    # Else who waits for a batch that is lost would wait forever.
    assert asyncio.run(asyncio.wait_for(three(), 10))
    assert seen == [[0], [2]]
