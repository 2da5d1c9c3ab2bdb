"""The explorer's arrays, and its page in a real browser."""

import importlib.util
import shutil

import numpy as np
import pytest

import keras_vit
from keras_vit import inspection
from keras_vit.inspection.finding import find
from keras_vit.inspection.page import packing, views
from tests.helpers import array, randomize

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))),
    None,
)
in_a_browser = pytest.mark.skipif(
    CHROMIUM is None or importlib.util.find_spec("playwright") is None,
    reason="the page is tried in Chromium by playwright; one of them is missing",
)
HOSTILE = '</script><script>window.hacked = 1</script><img src=x onerror="hacked=2">'


def small_vit():
    model = keras_vit.VisionTransformer(
        input_shape=(15, 21, 3),
        patch_size=3,
        hidden_dim=12,
        num_layers=2,
        num_heads=3,
        mlp_dim=24,
        num_register_tokens=2,
        classes=5,
    )
    randomize(model)
    return model


def small_swin():
    model = keras_vit.SwinTransformer(
        input_shape=(20, 28, 3),
        hidden_dim=6,
        depths=(2, 2),
        num_heads=(2, 3),
        window_size=3,
        classes=5,
    )
    randomize(model)
    return model


def test_weights_survive_packing():
    rng = np.random.default_rng(0)
    weights = rng.dirichlet(np.full(37, 0.2), size=(3, 5)).astype("float32")
    packed = packing.pack_weights(weights)
    got = packing.unpack_weights(packed, weights.shape)
    most = weights.max(axis=-1, keepdims=True)
    # A step of the square root is 1/15 of the row's largest: half of it is lost.
    bound = most * ((np.sqrt(weights / most) + 0.5 / 15) ** 2 - weights / most)
    assert np.all(np.abs(got - weights) <= bound + 1e-6)
    assert np.allclose(got.max(axis=-1), weights.max(axis=-1))


def test_places_of_shifted_windows_are_where_brute_force_finds_them():
    found = find(small_swin())
    got = views.places(found, 1)  # a map of 5 x 7, windows of 3 x 3, shifted by 1
    rows, columns, shift = 5, 7, 1
    expected = []
    for top in (0, 3):
        for left in (0, 3, 6):
            for r in range(3):
                for c in range(3):
                    row, column = (top + r + shift) % 6, (left + c + shift) % 9
                    inside = row < rows and column < columns
                    expected.append(row * columns + column if inside else -1)
    assert got.ravel().tolist() == expected


def test_a_page_is_one_file_without_addresses(tmp_path):
    path = tmp_path / "page.html"
    page = inspection.explorer(small_vit(), array(1, 15, 21, 3), path)
    text = path.read_text(encoding="utf-8")
    assert text == page.page
    assert "://" not in text
    assert "<iframe" in page._repr_html_()


def test_a_title_for_each_image():
    with pytest.raises(ValueError, match="one title a image, 1"):
        inspection.explorer(small_vit(), array(1, 15, 21, 3), titles=["a", "b"])


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser, tmp_path):
    """Open a page; at the end nothing may have gone wrong or been asked for."""
    page = browser.new_page(viewport={"width": 390, "height": 844})  # a phone
    troubles, requests = [], []
    page.on("console", lambda m: troubles.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))

    def open_page(explorer):
        file = tmp_path / "page.html"
        file.write_text(explorer.page, encoding="utf-8")
        page.goto(file.as_uri())
        page.evaluate("window.explorer.ready")
        return page

    yield open_page
    assert troubles == []
    asked = [url for url in requests if not url.startswith(("file:", "data:", "blob:"))]
    assert asked == []
    page.close()


def shown(page, count):
    """The weights that the page shows, of places 0 to count."""
    weights = page.evaluate("window.explorer.weights()")
    return np.array([weights[str(place)] for place in range(count)]), weights


@pytest.mark.slow
@in_a_browser
def test_page_shows_the_arrays(opened):
    model, images = small_vit(), array(2, 15, 21, 3)
    maps = inspection.attention_maps(model, images)
    page = opened(inspection.explorer(model, images, titles=["one", "two"]))
    page.select_option("#image", label="two")
    page.select_option("#block", label="encoder_block_0")
    page.select_option("#head", label="2")
    box = page.locator("#photograph").bounding_box()
    # The middle of the patch in the second row, fourth column, of 5 x 7.
    page.mouse.move(
        box["x"] + box["width"] * 3.5 / 7, box["y"] + box["height"] * 1.5 / 5
    )
    page.wait_for_function("window.explorer.state.place === 10")
    expected = maps[0][1, 1, 3 + 10]  # three tokens stand before the patches
    got, all_weights = shown(page, 35)
    # Steps of the square root in four bits: a fifteenth of the largest at most.
    assert np.abs(got - expected[3:]).max() <= expected.max() / 15
    assert abs(all_weights["-2"] - expected[0]) <= expected.max() / 15

    page.uncheck("#beneath")
    pixels = page.evaluate(
        """() => { const c = document.getElementById('map');
        const p = (r, k) => [...c.getContext('2d').getImageData(
          (k + 0.5) * c.width / 7, (r + 0.5) * c.height / 5, 1, 1).data];
        return [...Array(35).keys()].map(i => p(Math.floor(i / 7), i % 7)); }"""
    )
    import matplotlib

    colors = matplotlib.colormaps["viridis"](np.rint(255 * got / got.max()).astype(int))
    assert np.abs(np.array(pixels)[:, :3] - 255 * colors[:, :3]).max() <= 6


@pytest.mark.slow
@in_a_browser
def test_page_is_moved_by_keys_and_says_what_it_shows(opened):
    page = opened(inspection.explorer(small_vit(), array(1, 15, 21, 3)))
    page.locator("#photograph").focus()
    before = page.evaluate("window.explorer.state.place")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"window.explorer.state.place === {before + 7 + 1}")
    assert "takes most from" in page.inner_text("#words")
    page.click("#class-token")
    page.wait_for_function("window.explorer.state.place === -2")
    assert page.inner_text("#words").startswith("The class token takes most")
    for view in ("Rollout", "Similarity"):
        page.select_option("#view", label=view)
        page.wait_for_function(f"window.explorer.state.view === '{view}'")


@pytest.mark.slow
@in_a_browser
def test_swins_windows_are_shown_on_the_map(opened):
    model, images = small_swin(), array(1, 20, 28, 3)
    maps = inspection.attention_maps(model, images)
    page = opened(inspection.explorer(model, images))
    page.select_option("#block", label="stage_0_block_1")
    page.evaluate("window.explorer.state.head = 1")
    page.select_option("#head", label="1")
    page.locator("#photograph").focus()
    page.keyboard.press("ArrowUp")
    page.wait_for_function("window.explorer.state.place < 14")
    place = page.evaluate("window.explorer.state.place")
    where = views.places(find(model), 1)
    ((window, token),) = np.argwhere(where == place)
    _, got = shown(page, 0)
    row = maps[1][0, window, 0, token]
    for at, weight in zip(where[window], row, strict=True):
        if at >= 0:
            assert abs(got[str(at)] - weight) <= row.max() / 15


@pytest.mark.slow
@in_a_browser
def test_names_are_text_and_everybody_can_use_the_page(opened):
    from axe_playwright_python.sync_playwright import Axe

    page = opened(
        inspection.explorer(
            small_vit(),
            array(1, 15, 21, 3),
            titles=[HOSTILE],
            class_names=[HOSTILE] * 5,
        )
    )
    assert page.evaluate("window.hacked") is None
    assert HOSTILE in page.inner_text("#title")
    found = Axe().run(page).response["violations"]
    serious = [v["id"] for v in found if v["impact"] in ("serious", "critical")]
    assert serious == []
    page.emulate_media(color_scheme="dark")
    found = Axe().run(page).response["violations"]
    assert not [v["id"] for v in found if v["impact"] in ("serious", "critical")]
