"""The server of examples/serve answers, refuses and goes on."""

import asyncio
import io
from urllib.request import Request, urlopen

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("fastapi", reason="the extra `serve` is not installed")
pytest.importorskip("httpx2", reason="the extra `serve` is not installed")
pytest.importorskip("onnxruntime", reason="the extra `serve` is not installed")
pytest.importorskip("prometheus_client", reason="the extra `serve` is not installed")
pytest.importorskip("uvicorn", reason="the extra `serve` is not installed")

from starlette.testclient import TestClient

from examples.serve import hostile, models, service
from examples.serve.app import create_app
from examples.serve.load_test import load
from examples.serve.process import running_server
from tests.examples.made import encoded

pytestmark = pytest.mark.slow  # the same on every backend
ROWS, COLUMNS = 20, 28


def mean_color(images):
    return images.mean(axis=(1, 2)) / 255


def left_to_right(pixels):
    return np.arange(6.0).reshape(1, 2, 3)


MODEL = models.Served(
    "mean color",
    mean_color,
    (ROWS, COLUMNS),
    ["red", "green", "blue"],
    attention=left_to_right,
)


def colored(*color):
    return encoded(np.full((60, 90, 3), color, "uint8"))


@pytest.fixture
def client():
    with TestClient(create_app(MODEL)) as client:
        yield client


def test_the_likeliest_classes_are_answered(client):
    answer = client.post("/predict", content=colored(51, 102, 255)).json()
    assert answer["model"] == "mean color"
    assert [row["name"] for row in answer["classes"]] == ["blue", "green", "red"]
    scores = [row["score"] for row in answer["classes"]]
    np.testing.assert_allclose(scores, [1.0, 0.4, 0.2], atol=1e-6)
    answer = client.post("/predict?top=1", content=colored(255, 0, 0)).json()
    assert [row["name"] for row in answer["classes"]] == ["red"]


def test_attention_is_bright_where_the_model_looks(client):
    answer = client.post("/attention", content=colored(200, 200, 200))
    assert answer.headers["content-type"] == "image/png"
    picture = np.asarray(Image.open(io.BytesIO(answer.content)))
    assert picture.shape == (ROWS, COLUMNS, 3)
    assert picture[0, 0, 0] < 50 < 190 < picture[-1, -1, 0]


def test_a_file_alone_shows_no_attention():
    model = models.dataclasses.replace(MODEL, attention=None)
    with TestClient(create_app(model)) as client:
        answer = client.post("/attention", content=colored(0, 0, 0))
    assert answer.status_code == 404
    assert "serve a model" in answer.json()["error"]


@pytest.mark.parametrize("name", hostile.BODIES)
def test_what_means_harm_is_refused_and_others_are_served(client, name):
    make, status = hostile.BODIES[name]
    for path in ("/predict", "/attention"):
        answer = client.post(path, content=make())
        assert answer.status_code == status, answer.text
        if status != 200:
            assert len(answer.json()["error"]) > 20
    assert client.post("/predict", content=colored(1, 2, 3)).status_code == 200


def test_a_body_that_does_not_say_its_length_is_limited(client):
    sent = 0

    def endless():
        nonlocal sent
        while sent < 1000:
            sent += 1
            yield bytes(100_000)

    answer = client.post("/predict", content=endless())
    assert answer.status_code == 413


def test_too_many_at_once_are_told_to_wait(monkeypatch):
    monkeypatch.setattr(service, "MAX_AT_ONCE", 0)
    with TestClient(create_app(MODEL)) as client:
        answer = client.post("/predict", content=colored(1, 2, 3))
        assert client.get("/health").status_code == 200
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"


def test_health_and_metrics(client):
    assert client.get("/health").json() == {"model": "mean color", "classes": 3}
    client.post("/predict", content=colored(1, 2, 3))
    client.post("/predict", content=b"no picture")
    client.get("/a/path/of/nobody")
    text = client.get("/metrics").text
    assert 'serve_requests_total{path="/predict",status="200"} 1.0' in text
    assert 'serve_requests_total{path="/predict",status="415"} 1.0' in text
    assert 'serve_requests_total{path="other",status="404"} 1.0' in text
    assert 'serve_batch_pictures_bucket{le="1.0"} 1.0' in text


def test_the_page_needs_no_other_host(client):
    page = client.get("/")
    assert page.headers["content-type"].startswith("text/html")
    assert "http://" not in page.text and "https://" not in page.text


def test_a_server_under_load_loses_nothing_and_cuts_nobody_off():
    with running_server() as url:
        results = asyncio.run(load(url, clients=8, requests=60, harm=True))
        assert not results.lost and not results.wrong
        assert len(results.seconds) == 60
        assert results.hostile.keys() > hostile.BODIES.keys()
        assert min(results.hostile.values()) >= 1
        request = Request(f"{url}/attention", hostile.photograph(), method="POST")
        with urlopen(request) as answer:
            assert Image.open(io.BytesIO(answer.read())).size == (224, 224)
        with urlopen(f"{url}/metrics") as answer:
            assert 'path="/predict",status="499"' in answer.read().decode()
