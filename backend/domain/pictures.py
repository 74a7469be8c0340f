"""Pictures as they come from a camera: JPEG only, without what the camera wrote about place and owner."""

import re

SOI, EOI = b"\xff\xd8", b"\xff\xd9"
SCAN, END = 0xDA, 0xD9
KEPT = frozenset({0xE0, 0xE2, 0xEE})  # JFIF, colour profile, colour transform: needed to show the picture
NAMED = range(0xE0, 0xF0)  # application segments: Exif with the place stands in one of them
COMMENT = 0xFE
NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # within a scan 0xFF stands before a zero, or restarts it


def without_origin(picture: bytes) -> bytes | None:
    r"""Return a JPEG without Exif, comments and other notes of the camera; None when it is none, or cut off.

    What follows its end goes too: cameras put a second picture there, with the place once more.

    >>> without_origin(b"GIF89a") is None
    True
    >>> exif = b"\xff\xe1\x00\x06GPS!"
    >>> scan = b"\xff\xda\x00\x02data" + EOI
    >>> without_origin(SOI + exif + scan + SOI + exif + scan) == SOI + scan
    True
    """
    if not picture.startswith(SOI):
        return None
    kept, at, has_scan = [SOI], len(SOI), False
    while at + 1 < len(picture) and picture[at] == 0xFF:  # noqa: PLR2004 -- every segment begins with it
        marker = picture[at + 1]
        if marker == END:
            return b"".join([*kept, EOI]) if has_scan else None
        end = _end_of(picture, at)
        if end is None:
            return None
        has_scan = has_scan or marker == SCAN
        if marker in KEPT or (marker not in NAMED and marker != COMMENT):
            kept.append(picture[at:end])
        at = end
    return None


def _end_of(picture: bytes, at: int) -> int | None:
    """Return where the segment that begins at ``at`` is over, with the data of a scan; None where it is cut off."""
    length = int.from_bytes(picture[at + 2 : at + 4])
    end = at + 2 + length
    if length < len(SOI) or end > len(picture):
        return None
    if picture[at + 1] != SCAN:
        return end
    following = NEXT_MARKER.search(picture, end)
    return following.start() if following else None
