"""Files at plain addresses come whole, are the right ones, and never share a place."""

import errno
import hashlib
from dataclasses import replace
from urllib.parse import urlsplit

import numpy as np
import pytest

import keras_vit
from keras_vit.weights import catalogue, load_weights
from keras_vit.weights.plain_address import cached_as, download_from_url
from tests.weights.loopback import serving


@pytest.fixture
def server():
    with serving({"/a/weights.npz": b"first" * 100, "/b/weights.npz": b"other"}) as s:
        yield s


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def kept(home):
    return [path for path in home.rglob("*") if path.is_file()]


def test_two_addresses_that_end_alike(server):
    first = download_from_url(f"{server.url}/a/weights.npz")
    other = download_from_url(f"{server.url}/b/weights.npz")
    assert first.read_bytes() == b"first" * 100
    assert other.read_bytes() == b"other"
    assert first.name == other.name == "weights.npz"


def test_a_file_in_the_cache_is_not_fetched_again(server):
    url = f"{server.url}/a/weights.npz"
    first = download_from_url(url, size=500)
    asked = len(server.asked)
    assert download_from_url(url, size=500) == first
    assert len(server.asked) == asked
    first.write_bytes(b"cut")  # as a full disk leaves it
    assert download_from_url(url, size=500).read_bytes() == b"first" * 100


def test_another_file_than_the_catalogues(server, home):
    url = f"{server.url}/b/weights.npz"
    with pytest.raises(ValueError, match=r"another file .*it has 5 bytes, not 6"):
        download_from_url(url, size=6)
    with pytest.raises(ValueError, match=r"another file .*its SHA-256 is d9298a"):
        download_from_url(url, size=5, sha256="0" * 64)
    assert kept(home) == []
    digest = hashlib.sha256(b"other").hexdigest()
    assert download_from_url(url, 5, digest).read_bytes() == b"other"


def test_broken_transfer(server, home):
    server.cut = 100
    with pytest.raises(ValueError, match=r"weights\.npz' cannot be fetched"):
        download_from_url(f"{server.url}/a/weights.npz")
    assert kept(home) == []
    server.cut = None
    assert download_from_url(f"{server.url}/a/weights.npz").stat().st_size == 500


def test_a_half_finished_part_of_another_process_stays(server, home):
    place = home / "keras_vit" / cached_as(f"{server.url}/a/weights.npz")
    place.parent.mkdir(parents=True)
    part = place.with_name("elsewhere.part")
    part.write_bytes(b"half")
    server.cut = 100
    with pytest.raises(ValueError, match="cannot be fetched"):
        download_from_url(f"{server.url}/a/weights.npz")
    assert kept(home) == [part]


def test_address_that_does_not_exist(server):
    with pytest.raises(ValueError, match=r"c\.npz' cannot be fetched .*404"):
        download_from_url(f"{server.url}/c.npz")


def test_full_disk(server, monkeypatch):
    def fail(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("keras.utils.get_file", fail)
    with pytest.raises(ValueError, match="disk is full: 'weights.npz'.*KERAS_HOME"):
        download_from_url(f"{server.url}/a/weights.npz")


def place_of(info):
    """Where a checkpoint of the catalogue is kept, on a disk that knows no case."""
    if info.repository:
        return f"hub/{info.repository}/{info.file}".lower()
    return str(cached_as(info.url)).lower()


def test_no_two_rows_of_the_catalogue_share_a_file():
    rows = catalogue.catalogue()
    places = [place_of(info) for info in rows]
    twice = {place for place in places if places.count(place) > 1}
    assert not twice
    assert len({(info.variant, info.tag) for info in rows}) == len(rows)


def test_tags_that_end_alike_give_their_own_weights(
    build_reference, reference, server, monkeypatch, values, tmp_path
):
    """Through `load_weights`, as a user would: one tag, then the other."""
    with np.load(reference / "google_vit.npz") as file:
        tensors = dict(file)
    rows = []
    for number, tag in enumerate(("google_orig_in21k", "google_sam_in1k")):
        info = keras_vit.weights_info(tag, "ViTB16")
        path = urlsplit(info.url).path
        tensors["cls"] = np.full_like(tensors["cls"], number)
        np.savez(tmp_path / "saved.npz", **tensors)
        server.files[path] = (tmp_path / "saved.npz").read_bytes()
        rows.append(replace(info, url=server.url + path, bytes=None, sha256=None))
    monkeypatch.setattr("keras_vit.weights.lookup.catalogue", lambda: tuple(rows))
    model = build_reference("google_vit", include_top=False)
    for number, info in enumerate(rows):
        load_weights(model, info.tag, variant="ViTB16", source_grid=(4, 4))
        assert np.all(values(model)["class_token/tokens"] == number)
