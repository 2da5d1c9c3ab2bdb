"""The server of examples/serve answers, refuses and goes on."""

import asyncio
import io
import time
from urllib.request import Request, urlopen

import numpy as np
import pytest
from PIL import Image

import keras_vit

pytest.importorskip("fastapi", reason="the extra `serve` is not installed")
pytest.importorskip("httpx2", reason="the extra `serve` is not installed")
pytest.importorskip("onnxruntime", reason="the extra `serve` is not installed")
pytest.importorskip("prometheus_client", reason="the extra `serve` is not installed")
pytest.importorskip("uvicorn", reason="the extra `serve` is not installed")

from starlette.testclient import TestClient

from examples.serve import hostile, models, pictures, service
from examples.serve.app import create_app
from examples.serve.batching import Batcher
from examples.serve.load_test import load
from examples.serve.process import running_server

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


def encoded(array, format="PNG", **more):
    file = io.BytesIO()
    Image.fromarray(np.asarray(array)).save(file, format, **more)
    return file.getvalue()


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
    assert picture[0, 0, 0] < 40 < 190 < picture[-1, -1, 0]


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


def test_a_bomb_is_refused_by_its_header(monkeypatch):
    bomb = hostile.decompression_bomb()
    assert len(bomb) < 100_000

    def never(self):
        raise AssertionError("it was decoded")

    monkeypatch.setattr(pictures.Image.Image, "load", never)
    with pytest.raises(pictures.Refused, match="20000 x 20000 pixels"):
        pictures.read(bomb, (ROWS, COLUMNS))


def test_a_body_that_does_not_say_its_length_is_limited(client):
    sent = 0

    def endless():
        nonlocal sent
        while sent < 1000:
            sent += 1
            yield bytes(100_000)

    answer = client.post("/predict", content=endless())
    assert answer.status_code == 413


def test_a_body_that_does_not_come_is_given_up(monkeypatch):
    from examples.serve import uploads

    class Slow:
        headers = {}

        async def stream(self):
            yield b"a"
            await asyncio.sleep(60)

    monkeypatch.setattr(uploads, "SECONDS", 0.01)
    with pytest.raises(pictures.Refused, match="did not come"):
        asyncio.run(uploads.receive(Slow()))


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


ramp = np.linspace(0, 1, 40)[None].repeat(30, 0)


@pytest.mark.parametrize(
    "data",
    [
        encoded(np.uint8(255 * ramp)),
        encoded(np.uint16(65535 * ramp)),
        encoded(np.uint8(255 * ramp)[..., None].repeat(3, 2), "JPEG", quality=98),
        encoded(np.uint8(255 * ramp)[..., None].repeat(3, 2), "WEBP", lossless=True),
        encoded(np.uint8(255 * ramp), "GIF"),
        encoded(
            np.dstack([np.uint8(255 * ramp)] * 3 + [np.full((30, 40), 255, "uint8")])
        ),
    ],
    ids=["gray", "16 bits", "JPEG", "WebP", "GIF", "RGBA"],
)
def test_pictures_of_all_kinds_become_rgb(data):
    pixels = pictures.read(data, (30, 40))
    assert pixels.shape == (30, 40, 3) and pixels.dtype == np.uint8
    np.testing.assert_allclose(pixels[..., 1], 255 * ramp, atol=4)


def test_the_middle_is_kept_and_turned_as_the_camera_was():
    array = np.zeros((40, 80, 3), "uint8")
    array[:, 10:70] = 255  # more than the middle square
    assert pictures.read(encoded(array), (10, 10)).min() == 255
    array[:4] = 0
    assert pictures.read(encoded(array), (10, 10))[0].max() < 40
    assert pictures.read(encoded(array), (10, 10), crop=0.6).min() == 255
    sideways = Image.Exif()
    sideways[0x0112] = 6  # to be turned by a quarter, clockwise
    turned = pictures.read(encoded(array, exif=sideways), (80, 40))
    assert turned[0].max() == 0 and turned[40, 0].min() == 255
    assert turned[40, -1].max() == 0


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

    assert asyncio.run(three())
    assert seen == [[0], [2]]


def small_vit(**more):
    return keras_vit.VisionTransformer(
        hidden_dim=6,
        num_layers=2,
        num_heads=2,
        mlp_dim=7,
        patch_size=8,
        input_shape=(16, 24, 3),
        classes=3,
        **more,
    )


def random_pixels(count):
    random = np.random.default_rng(0)
    return random.integers(0, 256, (count, 16, 24, 3), "uint8")


def test_a_keras_file_is_served_as_its_weights_expect(tmp_path):
    model = small_vit()
    model.save(tmp_path / "model.keras")
    names = ["one", "two", "größer"]
    served = models.chosen(str(tmp_path / "model.keras"), "dinov2", names, tmp_path)
    assert (served.size, served.class_names) == ((16, 24), names)
    pixels = random_pixels(2)
    images = keras_vit.preprocess_input(pixels, "dinov2")
    expected = model.predict(images, verbose=0)
    np.testing.assert_allclose(served.predict(pixels), expected, atol=1e-5)
    expected = keras_vit.inspection.attention_rollout(model, images)
    np.testing.assert_allclose(served.attention(pixels), expected, atol=1e-5)
    alone = models.chosen(str(served.file), None, None, tmp_path)
    np.testing.assert_array_equal(alone.predict(pixels), served.predict(pixels))
    assert alone.class_names == names and alone.attention is None


def test_attention_of_a_model_that_normalizes_pixels_itself():
    model = small_vit(include_preprocessing=True)
    pixels = random_pixels(1)
    got = models.attention_of(model, recipe=None)(pixels)
    expected = keras_vit.inspection.attention_rollout(model, pixels.astype("float32"))
    np.testing.assert_allclose(got, expected, atol=1e-6)


def test_a_file_that_takes_no_pixels_is_refused(tmp_path):
    onnx = pytest.importorskip("onnx", reason="the extra `serve` is not installed")
    kind, shape = onnx.TensorProto.FLOAT, [None, 4, 6, 3]
    ends = [
        onnx.helper.make_tensor_value_info(name, kind, shape) for name in ("in", "out")
    ]
    node = onnx.helper.make_node("Identity", ["in"], ["out"])
    graph = onnx.helper.make_graph([node], "same", ends[:1], ends[1:])
    opset = onnx.helper.make_opsetid("", 17)
    model = onnx.helper.make_model(graph, opset_imports=[opset], ir_version=8)
    onnx.save(model, tmp_path / "model.onnx")
    with pytest.raises(ValueError, match=r"tensor\(float\).*preprocessing=True"):
        models.of_file(tmp_path / "model.onnx")


def test_a_model_of_another_name_is_refused(tmp_path):
    with pytest.raises(ValueError, match="Received: ViTB17"):
        models.chosen("ViTB17", None, None, tmp_path)


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
