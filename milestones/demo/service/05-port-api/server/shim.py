"""What ported handlers still expect of Flask, on top of Starlette. To be deleted when the last router has moved."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import Depends
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from fastapi.templating import Jinja2Templates
from starlette.requests import Request

_templates = Jinja2Templates(Path(__file__).parent / "templates")


class _Values(dict):
    def get(self, name: str, default: Any = None, type: type = str) -> Any:
        try:
            return type(self[name])
        except (KeyError, ValueError):
            return default


class FlaskRequest:
    """Answers like `flask.request`, for a request whose body is already read."""

    def __init__(self, request: Request, body: bytes) -> None:
        self.headers = request.headers
        self.cookies = request.cookies
        self.args = _Values(request.query_params)
        self._body = body

    @property
    def form(self) -> _Values:
        return _Values(parse_qsl(self._body.decode()))

    def get_json(self, silent: bool = False) -> Any:
        try:
            return json.loads(self._body)
        except ValueError:
            if silent:
                return None
            raise


async def flask_request(request: Request) -> FlaskRequest:
    return FlaskRequest(request, await request.body())


Asked = Annotated[FlaskRequest, Depends(flask_request)]


def jsonify(content: Any = None, status: int = 200, **fields: Any) -> JSONResponse:
    return JSONResponse(fields if content is None else content, status)


def render_template(name: str, status: int = 200, **context: Any) -> HTMLResponse:
    return HTMLResponse(_templates.get_template(name).render(**context), status)


def redirect(address: str) -> RedirectResponse:
    return RedirectResponse(address, 302)


def problem(error: str, status: int) -> JSONResponse:
    return JSONResponse({"error": error}, status)
