"""POST /api/mode: lowering a mode is anybody's right, climbing needs the start token, a person and a reason."""

import asyncio
import secrets
from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from ironworks.core.errors import RecordError, nearest
from ironworks.core.mode import Mode
from ironworks.core.ports import ModeDesk
from ironworks.show.hub import Hub
from ironworks.show.safety import fault

REQUEST_HEADER = "X-Ironworks-Request"
"""Must be `mode`: a page of another site cannot set it without asking, so it cannot change a mode behind one's back."""

TOKEN_HEADER = "X-Ironworks-Token"
"""The token that was printed at the start; only for climbing."""

WRONG_TOKEN_PAUSE_S = 0.5
"""A wrong token is answered that late, and one at a time, which makes guessing hopeless."""

AT_THE_PAGE = "someone at the page"
"""Who lowered a mode, when no name was given."""


class ModeRequest(BaseModel):
    """What the page sends."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["lower", "climb"]
    setpoint: str = Field(max_length=200)
    to: Literal["OFF", "SHADOW", "ADVISORY", "AUTO"]
    person: str = Field(default="", max_length=100)
    reason: str = Field(default="", max_length=500)


def mode_router(hub: Hub, desk: ModeDesk | None, token: str) -> APIRouter:
    """The route, for a desk; without one it says that this page only shows a record."""
    router, one_guess = APIRouter(), asyncio.Lock()

    @router.post("/api/mode")
    async def change_mode(wanted: ModeRequest, request: Request) -> JSONResponse:
        refusal = _cross_site(request) or _impossible(wanted, desk)
        if refusal is not None or desk is None:
            return refusal or _no_desk()
        if wanted.action == "climb":
            given = request.headers.get(TOKEN_HEADER, "")
            if not token or not secrets.compare_digest(given.encode(), token.encode()):
                async with one_guess:
                    await asyncio.sleep(WRONG_TOKEN_PAUSE_S)
                return fault(
                    403, "wrong or missing start token", f"the header {TOKEN_HEADER}",
                    "the token that was printed when ironworks was started", "copy it from the terminal of the start",
                )  # fmt: skip
            desk.climb(wanted.setpoint, Mode[wanted.to], wanted.person, wanted.reason)
            recorded = True
        else:
            recorded = _lower(desk, wanted)
        hub.look_soon()
        return JSONResponse({"setpoint": wanted.setpoint, "mode": _mode(desk, wanted), "recorded": recorded})

    return router


def _lower(desk: ModeDesk, wanted: ModeRequest) -> bool:
    """Lower, and say whether it could be recorded: it holds in any case."""
    try:
        desk.lower(wanted.setpoint, Mode[wanted.to], wanted.person.strip() or AT_THE_PAGE, wanted.reason or "lowered")
    except RecordError:
        if desk.modes()[wanted.setpoint] > Mode[wanted.to]:
            raise
        return False
    return True


def _mode(desk: ModeDesk, wanted: ModeRequest) -> str:
    return Mode(desk.modes()[wanted.setpoint]).name


def _cross_site(request: Request) -> JSONResponse | None:
    """Why a request may come from another site; None when it comes from the page."""
    origin, own = request.headers.get("origin"), request.headers.get("host", "")
    if origin is not None and origin.partition("://")[2] != own:
        return fault(403, f"request from the origin {origin}", "the header Origin", f"this page, {own}", "use the page")
    if request.headers.get(REQUEST_HEADER) != "mode":
        return fault(
            403, f"the header {REQUEST_HEADER} is missing", "POST /api/mode", f"{REQUEST_HEADER}: mode",
            "use the page, or add the header",
        )  # fmt: skip
    return None


def _impossible(wanted: ModeRequest, desk: ModeDesk | None) -> JSONResponse | None:
    if desk is None:
        return _no_desk()
    known: dict[str, Any] = dict(desk.modes())
    if wanted.setpoint not in known:
        remedy = nearest(wanted.setpoint, known)
        return fault(404, f"no mode for set point '{wanted.setpoint}'", "setpoint", "a set point of this works", remedy)
    return None


def _no_desk() -> JSONResponse:
    return fault(
        409, "modes cannot be changed here", "POST /api/mode", "a running chain behind this page",
        "this page only shows a record; use the page of the running chain",
    )  # fmt: skip
