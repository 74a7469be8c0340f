"""Draw the pictures of the rich menus: ``python -m bot.pictures.draw``. Needs Chromium and a Japanese font.

The pictures are kept in the repository, so only who changes a word or a colour runs this.
"""

import html
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from backend.texts import text
from bot.rich_menu import HEIGHT, KINDS, PICTURES, WIDTH, Area, areas

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
GREEN, WHITE, PALE, LINE = "#0b5e2b", "#ffffff", "#eaf4ec", "#0b5e2b"


def page(kind: str) -> str:
    """Return a page of the size of a menu with its areas and words."""
    cells = "".join(_cell(area) for area in areas(kind))
    size = f"width:{WIDTH}px;height:{HEIGHT}px"
    style = f"body{{margin:0;{size};position:relative;font-family:'Noto Sans CJK JP',sans-serif}}"
    return f"<!doctype html><meta charset='utf-8'><style>{style}</style><body>{cells}</body>"


def draw(kind: str, browser: str) -> Path:
    """Draw one menu and return its file."""
    target = PICTURES / f"{kind}.png"
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "menu.html"
        source.write_text(page(kind), encoding="utf-8")
        size = f"--window-size={WIDTH},{HEIGHT}"
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", size, f"--screenshot={target}"]
        subprocess.run([browser, *flags, source.as_uri()], check=True, timeout=60)  # noqa: S603 -- our own page
    return target


def _cell(area: Area) -> str:
    is_first = (area.x, area.y) == (0, 0)
    ground, ink = (GREEN, WHITE) if is_first else (PALE, GREEN)
    size = 190 if area.width > WIDTH // 3 else 150 if area.width > WIDTH // 4 else 120
    words = html.escape(text(area.key)).replace("・", "・<br>")
    place = f"left:{area.x}px;top:{area.y}px;width:{area.width}px;height:{area.height}px"
    look = f"background:{ground};color:{ink};border:10px solid {LINE};font-size:{size}px;font-weight:bold"
    flow = "position:absolute;box-sizing:border-box;display:flex;align-items:center;justify-content:center"
    flow += ";text-align:center"
    return f"<div style='{place};{look};{flow}'><span>{words}</span></div>"


if __name__ == "__main__":
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        sys.exit("no Chromium found")
    for each in (kind for kinds in KINDS.values() for kind in kinds):
        sys.stdout.write(f"{draw(each, found)}\n")
