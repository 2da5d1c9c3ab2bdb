"""What is counted, for Prometheus."""

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

PATHS = ("/", "/predict", "/attention", "/health", "/metrics")
# Of the whole answer, in seconds; and of a batch, in pictures.
SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)
PICTURES = (1, 2, 4, 8, 16)


class Metrics:
    """Counters of one application."""

    def __init__(self):
        registry = self.registry = CollectorRegistry()
        self.requests = Counter(
            "serve_requests", "Answers", ["path", "status"], registry=registry
        )
        self.seconds = Histogram(
            "serve_seconds",
            "Time an answer",
            ["path"],
            buckets=SECONDS,
            registry=registry,
        )
        self.batches = Histogram(
            "serve_batch_pictures",
            "Pictures a batch",
            buckets=PICTURES,
            registry=registry,
        )
        self.in_progress = Gauge(
            "serve_in_progress", "Requests that wait for an answer", registry=registry
        )


class Counting:
    """ASGI middleware that counts and times every request.

    Args:
        app: that answers.
        metrics: `Metrics`.
    """

    def __init__(self, app, metrics: Metrics):
        self.app, self.metrics = app, metrics

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        # A label for any path would let a client fill the memory.
        path = scope["path"] if scope["path"] in PATHS else "other"
        status = 500
        start = time.perf_counter()

        async def watched(message):
            nonlocal status
            status = message.get("status", status)
            await send(message)

        with self.metrics.in_progress.track_inprogress():
            try:
                await self.app(scope, receive, watched)
            finally:
                self.metrics.requests.labels(path, status).inc()
                seconds = time.perf_counter() - start
                self.metrics.seconds.labels(path).observe(seconds)
