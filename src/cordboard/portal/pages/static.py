"""Static files: style, script, fonts. Their addresses change with their content, so a browser keeps them for ever."""

from litestar import Request, Response, get
from litestar.datastructures.state import State
from litestar.types import ControllerRouterHandler

from cordboard.web.assets import assets


def handlers() -> list[ControllerRouterHandler]:
    return [static_file]


@get("/static/{stamp:str}/{path:path}", sync_to_thread=False)
def static_file(request: Request[object, object, State], stamp: str, path: str) -> Response[bytes]:
    """One file; an old stamp gives the present file, since a page may be older than the program."""
    asset = assets().get(path.lstrip("/"))
    if asset is None:
        return Response(b"There is no such file.\n", status_code=404, media_type="text/plain")
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
    content = asset.content
    if asset.compressed and "gzip" in request.headers.get("accept-encoding", ""):
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        content = asset.compressed
    return Response(content, media_type=asset.media_type, headers=headers)
