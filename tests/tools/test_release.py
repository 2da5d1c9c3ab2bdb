"""What `make release` finds before it installs anything."""

import re
import tarfile

import pytest

import keras_vit
from tools import release


def test_the_version_is_the_packages():
    assert release.version() == keras_vit.__version__


def test_the_citation_is_of_the_last_release_in_the_changelog():
    changelog = (release.ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## \[?(\d[^\s\]]*)\]? - (\S+)$", changelog, re.MULTILINE)
    citation = (release.ROOT / "CITATION.cff").read_text(encoding="utf-8")
    for field, value in zip(("version", "date-released"), released[0], strict=True):
        assert f"\n{field}: {value}\n" in citation


def test_the_changelog_must_tell_of_the_version(tmp_path):
    (tmp_path / "keras_vit").mkdir()
    (tmp_path / "keras_vit" / "__init__.py").write_text('__version__ = "2.3.5"\n')
    changelog = tmp_path / "CHANGELOG.md"
    changelog.write_text("## [Unreleased]\n\n## 2.3.4\n\n## 213x5\n")
    with pytest.raises(ValueError, match=r"no part '## 2\.3\.5'"):
        release.check_changelog(tmp_path)
    changelog.write_text("## [Unreleased]\n\n## 2.3.5\n")
    release.check_changelog(tmp_path)


def test_the_list_of_public_names_must_be_of_this_version(monkeypatch):
    names = release.all_names()
    monkeypatch.setattr(release, "kept_names", lambda: names)
    release.check_names()
    monkeypatch.setattr(release, "kept_names", lambda: [*names[1:], "keras_vit.old"])
    with pytest.raises(ValueError, match="keras_vit.old"):
        release.check_names()


def test_archives_must_be_there_and_whole(tmp_path):
    with pytest.raises(ValueError, match=r"should hold one wheel"):
        release.wheel_of(tmp_path, "2.3.5")
    wheel = tmp_path / "keras_vit_swin-2.3.5-py3-none-any.whl"
    wheel.touch()
    paths = [tmp_path / name for name in release.IN_SOURCES]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        path.touch()

    def pack(files):
        with tarfile.open(tmp_path / "keras_vit_swin-2.3.5.tar.gz", "w:gz") as archive:
            for file in files:
                inside = f"keras_vit_swin-2.3.5/{file.relative_to(tmp_path)}"
                archive.add(file, inside)

    pack(paths[1:])
    with pytest.raises(ValueError, match=r"lacks \['Makefile'\]"):
        release.wheel_of(tmp_path, "2.3.5")
    pack(paths)
    assert release.wheel_of(tmp_path, "2.3.5") == wheel
    (tmp_path / "other-2.3.5-py3-none-any.whl").touch()
    with pytest.raises(ValueError, match=r"should hold one wheel"):
        release.wheel_of(tmp_path, "2.3.5")
