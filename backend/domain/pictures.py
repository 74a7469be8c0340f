"""Pictures as they come from a camera: JPEG only, without what the camera wrote about place and owner."""

SOI, EOI, SCAN = b"\xff\xd8", b"\xff\xd9", 0xDA
KEPT = frozenset({0xE0, 0xE2, 0xEE})  # JFIF, colour profile, colour transform: needed to show the picture
NAMED = range(0xE0, 0xF0)  # application segments: Exif with the place stands in one of them
COMMENT = 0xFE
LEAST = 4


def without_origin(picture: bytes) -> bytes | None:
    r"""Return a JPEG without Exif, comments and other notes of the camera; None when it is none.

    >>> without_origin(b"GIF89a") is None
    True
    >>> exif = b"\xff\xe1\x00\x06GPS!"
    >>> without_origin(SOI + exif + b"\xff\xda\x00\x02data" + EOI) == SOI + b"\xff\xda\x00\x02data" + EOI
    True
    """
    if not picture.startswith(SOI) or EOI not in picture[-64:]:
        return None
    kept, at = [SOI], len(SOI)
    while at + LEAST <= len(picture):
        marker = picture[at + 1]
        if picture[at] != 0xFF:  # noqa: PLR2004 -- every segment begins with it
            return None
        if marker == SCAN:
            return b"".join([*kept, picture[at:]])
        end = at + 2 + int.from_bytes(picture[at + 2 : at + 4])
        if end > len(picture) or end < at + LEAST:
            return None
        if marker in KEPT or (marker not in NAMED and marker != COMMENT):
            kept.append(picture[at:end])
        at = end
    return None
