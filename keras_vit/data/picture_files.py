"""Which files of a folder are pictures, and which folders are there to be seen."""

import os
from pathlib import Path

# What TensorFlow or Pillow read. A name with any other ending is looked into.
READ = """
.apng .avif .avifs .blp .bmp .bw .cur .dcx .dds .dib .eps .fit .fits .flc .fli .ftc
.ftu .gbr .gif .icb .icns .ico .iim .im .j2c .j2k .jfif .jp2 .jpc .jpe .jpeg .jpf .jpg
.jpx .mpo .msp .pbm .pcd .pcx .pfm .pgm .png .pnm .ppm .ps .psd .pxr .qoi .ras .rgb
.rgba .sgi .tga .tif .tiff .vda .vst .webp .xbm .xpm
"""
# Pictures that neither reads; a plug-in of Pillow may.
UNREAD = """
.arw .cr2 .cr3 .dcm .dng .emf .exr .heic .heif .hif .jxl .nef .orf .raf .raw .rw2 .svg
.wmf
"""
SUFFIXES, UNREAD_SUFFIXES = frozenset(READ.split()), frozenset(UNREAD.split())
SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")
# What systems leave behind, in lower case; names that begin with a dot are more of it.
LITTER = frozenset(
    (
        "$recycle.bin",
        "@eadir",
        "__macosx",
        "__pycache__",
        "desktop.ini",
        "ehthumbs.db",
        "lost+found",
        "system volume information",
        "thumbs.db",
    )
)


def visible(folder: str | Path) -> tuple[list[os.DirEntry], list[os.DirEntry]]:
    """Return the sub-folders and the files of a folder, sorted, without hidden ones."""
    folders, files = [], []
    with os.scandir(str(folder)) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.name.lower() in LITTER:
                continue
            if entry.is_dir():
                if not _leads_back(entry):
                    folders.append(entry)
            elif entry.is_file() or entry.is_symlink():
                files.append(entry)
    return sorted(folders, key=_name), sorted(files, key=_name)


def _name(entry: os.DirEntry) -> str:
    return entry.name


def _leads_back(entry: os.DirEntry) -> bool:
    """Whether a link leads to a folder that it lies in, so that a walk never ends."""
    if not entry.is_symlink():
        return False
    target, place = (os.path.realpath(p) for p in (entry, os.path.dirname(entry.path)))
    return os.path.commonpath([target, place]) == target


def pictures(folder: str | Path) -> list[str]:
    """Return the paths of all pictures in a folder, however deep, sorted.

    The first is looked at: where files are empty, all of them are as a rule. Each
    further one would take the disk's time, and is named when it is read.

    Raises:
        ValueError: If the first is empty, or one is a link to nothing or in a format
            that is not read.
    """
    found: list[str] = []
    folders, files = visible(folder)
    for file in files:
        if is_picture(file):
            _check(file)
            if not found and not file.stat().st_size:
                raise ValueError(f"{file.path} is empty: replace it or take it away.")
            found.append(file.path)
    for inner in folders:
        found += pictures(inner.path)
    return sorted(found)


def has_pictures(folder: str | Path) -> bool:
    """Whether there are pictures right in this folder, not in its sub-folders."""
    return any(is_picture(file) for file in visible(folder)[1])


def is_picture(file: os.DirEntry) -> bool:
    """Whether a file is a picture by its ending or, where that is none, its content."""
    suffix = os.path.splitext(file.name)[1].lower()
    return suffix in SUFFIXES or suffix in UNREAD_SUFFIXES or _begins_as_one(file.path)


def _begins_as_one(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            head = file.read(12)
    except OSError:
        return False
    return head.startswith(SIGNATURES) or (head[:4], head[8:]) == (b"RIFF", b"WEBP")


def _check(file: os.DirEntry) -> None:
    suffix = os.path.splitext(file.name)[1].lower()
    if suffix in UNREAD_SUFFIXES and not _has_plugin(suffix):
        raise ValueError(
            f"{file.path} is in a format that neither TensorFlow nor Pillow reads: "
            "convert it to JPEG or PNG, or take it away."
        )
    if file.is_symlink() and not os.path.exists(file.path):
        raise ValueError(
            f"{file.path} is a link to a file that does not exist: mend the link or "
            "take it away."
        )


def _has_plugin(suffix: str) -> bool:
    try:
        from PIL import Image
    except ImportError:
        return False
    # Pillow itself registers endings that it can tell, but read on Windows alone.
    return suffix in Image.registered_extensions() and suffix not in (".emf", ".wmf")
