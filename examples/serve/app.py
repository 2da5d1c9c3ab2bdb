"""The addresses of the server.

| | |
|---|---|
| GET / | a page to choose a picture |
| POST /predict | a picture's bytes in, its likeliest classes out, as JSON |
| POST /attention | a picture's bytes in, a PNG out that shows where the model looks |
| GET /health | 200 while pictures are answered |
| GET /metrics | counts and times, for Prometheus |
"""

import contextlib
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, FastAPI, Query, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import ClientDisconnect

from examples.serve.metrics import Counting
from examples.serve.models import Served
from examples.serve.pictures import Refused
from examples.serve.service import Service

HUNG_UP = 499  # nobody reads it, but it is counted
routes = APIRouter()


def create_app(model: Served) -> FastAPI:
    """The application that serves a model.

    Args:
        model: what `models.py` makes.
    """
    service = Service(model)

    @contextlib.asynccontextmanager
    async def lifespan(app):
        async with service:
            yield

    app = FastAPI(title=model.name, lifespan=lifespan)
    app.state.service = service
    app.include_router(routes)
    app.add_middleware(Counting, metrics=service.metrics)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(ClientDisconnect, _hung_up)
    return app


async def _refused(request: Request, error: Refused) -> Response:
    headers = {"Retry-After": "1"} if error.status == 503 else None
    return JSONResponse({"error": error.message}, error.status, headers)


async def _hung_up(request: Request, error: ClientDisconnect) -> Response:
    return Response(status_code=HUNG_UP)


@routes.get("/", include_in_schema=False)
async def page():
    """A page to choose a picture."""
    return FileResponse(Path(__file__).with_name("page.html"))


@routes.post("/predict")
async def predict(request: Request, top: Annotated[int, Query(ge=1)] = 5):
    """The likeliest classes of the picture in the body."""
    service = request.app.state.service
    return {
        "model": service.model.name,
        "classes": await service.predict(request, top),
    }


@routes.post("/attention")
async def attention(request: Request):
    """A PNG of the picture in the body, dark where the model does not look."""
    png = await request.app.state.service.attention(request)
    return Response(png, media_type="image/png")


@routes.get("/health")
async def health(request: Request):
    """Whether pictures are answered."""
    service = request.app.state.service
    body = {"model": service.model.name, "classes": len(service.model.class_names)}
    return JSONResponse(body, 200 if service.batcher.is_running else 503)


@routes.get("/metrics")
async def metrics(request: Request):
    """Counts and times, for Prometheus."""
    text = generate_latest(request.app.state.service.metrics.registry)
    return Response(text, media_type=CONTENT_TYPE_LATEST)
