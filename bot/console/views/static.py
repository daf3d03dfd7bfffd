"""The console's style and script."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from aiohttp import web

FOLDER: Final = Path(__file__).parent.parent / "static"
FILES: Final = frozenset(file.name for file in FOLDER.iterdir())


async def show(request: web.Request) -> web.StreamResponse:
    """One file of the folder."""
    name = request.match_info["file"]
    if name not in FILES:
        raise web.HTTPNotFound
    return web.FileResponse(FOLDER / name, headers={"Cache-Control": "no-cache"})
