"""Every error is a problem detail (RFC 9457)."""

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match


def problem(status: int, headers: dict[str, str] | None = None, **more) -> JSONResponse:
    body = {"title": HTTPStatus(status).phrase, "status": status, **more}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Let `app` answer every error with a problem."""

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> JSONResponse:
        headers = {"Allow": ", ".join(allowed(request))} if error.status_code == 405 else None
        return problem(error.status_code, headers, detail=error.detail)

    @app.exception_handler(RequestValidationError)
    @app.exception_handler(ValidationError)
    async def invalid(request: Request, error: RequestValidationError | ValidationError) -> JSONResponse:
        errors = [{"where": each["loc"], "what": each["msg"]} for each in error.errors()]
        return problem(422, detail="something is missing or wrong", errors=errors)


def allowed(request: Request) -> list[str]:
    """The methods of all routes on this path; the framework itself names those of the first one only."""
    routes = [route for route in request.app.routes if route.matches(request.scope)[0] is not Match.NONE]
    return sorted({method for route in routes for method in route.methods})
