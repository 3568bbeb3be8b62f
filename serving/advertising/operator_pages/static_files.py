"""The style sheet and scripts of the pages."""

import pathlib
from typing import Any

from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles

DIRECTORY = pathlib.Path(__file__).parent / "static"


class RevalidatedFiles(StaticFiles):
    """Files that browsers keep, and ask about before they use them again."""

    def file_response(self, *arguments: Any, **settings: Any) -> Response:
        """As in the base class."""
        response = super().file_response(*arguments, **settings)
        response.headers["Cache-Control"] = "no-cache"
        return response
