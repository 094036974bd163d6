"""The built page: fixed names, revalidated with every visit, so that an update is seen at once."""

import os
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

REVALIDATE = "no-cache"
"""Keep a copy, but ask each time whether it is still good: an unchanged file costs one short answer (304)."""


class Pages(StaticFiles):
    """Static files with their caching header; `/` is index.html."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory=directory, html=True, check_dir=False)

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = REVALIDATE
        return response
