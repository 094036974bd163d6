"""The web API and the page: everything comes from the record and the tag dictionary, in the field's units."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import JSONResponse, StreamingResponse

from ironworks.core.clock import Clock
from ironworks.core.dictionary import Tag
from ironworks.core.errors import CallError, IronworksError, RecordError
from ironworks.core.ports import ModeDesk, RecordReader
from ironworks.core.works import Works
from ironworks.show.description import describe
from ironworks.show.hub import Hub
from ironworks.show.modes import mode_router
from ironworks.show.pages import Pages
from ironworks.show.picture import Picture
from ironworks.show.safety import LOOPBACK_HOSTS, Safety, fault
from ironworks.show.trends import LONGEST_SPAN_S

Hours = Annotated[float, Query(gt=0.0, le=LONGEST_SPAN_S / 3600.0)]
"""A span of time that a request may ask for."""

MOST_TAGS = 24
"""Tags in one request for history."""


def create_app(
    reader: RecordReader,
    works: Works,
    clock: Clock,
    desk: ModeDesk | None,
    token: str,
    *,
    headline: str = "",
    hosts: Collection[str] = LOOPBACK_HOSTS,
) -> FastAPI:
    """The page of one works.

    `reader` is used by one thread of the app at a time, never on the event loop. `desk` is where modes are changed
    (None: only shown), `token` what climbing needs ("": nobody may climb). `headline` names the
    model whose forecasts are drawn ("": the newest that is no baseline), `hosts` the names the page answers to.
    """
    picture = Picture(reader, works, clock, headline)
    hub = Hub(picture, clock)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await hub.open()
        yield
        await hub.close()

    app = FastAPI(title=f"ironworks: {works.title_en}", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.hub = hub
    app.include_router(_live_router(hub, works, clock, desk is not None))
    app.include_router(_past_router(hub, picture, works))
    app.include_router(mode_router(hub, desk, token))
    app.mount("/", Pages(Path(str(files("ironworks.show"))) / "static"))
    _answer_errors_as_json(app)
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=5)
    app.add_middleware(Safety, hosts=hosts)
    return app


def _live_router(hub: Hub, works: Works, clock: Clock, can_change_modes: bool) -> APIRouter:
    router = APIRouter()

    @router.get("/api/works")
    async def tell_works() -> JSONResponse:
        return JSONResponse(describe(works, clock, can_change_modes))

    @router.get("/api/snapshot")
    async def tell_snapshot() -> JSONResponse:
        return JSONResponse(hub.snapshot())

    @router.get("/api/events")
    async def tell_events(request: Request) -> StreamingResponse:
        stream = hub.follow(request.headers.get("last-event-id", ""))
        return StreamingResponse(stream, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    @router.get("/healthz")
    async def tell_health() -> JSONResponse:
        status = 503 if hub.record_error else 200
        return JSONResponse({"ok": not hub.record_error, "record_error": hub.record_error}, status)

    return router


def _past_router(hub: Hub, picture: Picture, works: Works) -> APIRouter:
    router = APIRouter()

    @router.get("/api/history")
    async def tell_history(tags: str, hours: Hours = 24.0) -> JSONResponse:
        wanted = _tags(works, tags)
        return JSONResponse(await hub.in_thread(lambda: picture.history(wanted, hours)))

    @router.get("/api/forecasts")
    async def tell_forecasts(hours: Hours = 24.0) -> JSONResponse:
        return JSONResponse(await hub.in_thread(lambda: picture.forecasts(hours)))

    @router.get("/api/decisions")
    async def tell_decisions(hours: Hours = 24.0) -> JSONResponse:
        return JSONResponse(await hub.in_thread(lambda: picture.decisions(hours)))

    @router.get("/api/log")
    async def tell_log() -> JSONResponse:
        return JSONResponse(hub.snapshot()["log"])

    return router


def _tags(works: Works, names: str) -> list[Tag]:
    wanted = [works.tags[name] for name in dict.fromkeys(names.split(",")) if name]
    if not 0 < len(wanted) <= MOST_TAGS:
        raise CallError(f"{len(wanted)} tags", "the query 'tags'", f"1 to {MOST_TAGS} names joined by commas")
    return wanted


def _answer_errors_as_json(app: FastAPI) -> None:
    async def ours(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, IronworksError)
        status = 422 if isinstance(error, CallError) else 503 if isinstance(error, RecordError) else 500
        return fault(status, error.what, error.where or request.url.path, error.expected, error.remedy)

    async def invalid(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        first: dict[str, Any] = dict(error.errors()[0])
        return fault(
            422, str(first["msg"]), ".".join(map(str, first["loc"])), "", f"see {request.app.title}: /openapi.json"
        )

    async def http(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        return fault(error.status_code, str(error.detail), request.url.path, "", "")

    async def unexpected(request: Request, error: Exception) -> JSONResponse:
        return fault(500, f"{type(error).__name__}: {error}", request.url.path, "", "see the log of the server")

    app.add_exception_handler(IronworksError, ours)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, unexpected)
