"""One error shape for programs: problem details (RFC 9457), from views, from the framework and from nowhere."""

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, JsonResponse
from django.views import defaults
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler as framework_handler

MEDIA_TYPE = "application/problem+json"


class Problem(exceptions.APIException):
    """An error a program can act on: `code` is stable, `title` is for people, `detail` speaks of this case."""

    status_code = status.HTTP_400_BAD_REQUEST
    code = "bad_request"
    title = "The request cannot be served"

    def __init__(self, detail: str = "", **members):
        self.members = members
        super().__init__(detail or self.title, self.code)


class BodyTooLarge(Problem):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    code = "too_large"
    title = "The body of the request is too large"


class LengthRequired(Problem):
    status_code = status.HTTP_411_LENGTH_REQUIRED
    code = "length_required"
    title = "The request must say how long its body is: it was sent in chunks"


def refuse_chunks(request) -> None:
    """Raise LengthRequired for a body without a length, which would otherwise be taken for none."""
    if "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "") and not request.META.get("CONTENT_LENGTH"):
        raise LengthRequired


def body(status_code: int, *, code: str, title: str, detail: str = "", **members) -> dict:
    """Return the members of a problem document."""
    document = {"type": f"urn:chengfeng:problem:{code}", "title": title, "status": status_code, "code": code}
    return document | ({"detail": detail} if detail and detail != title else {}) | members


def exception_handler(error: Exception, context: dict) -> Response | None:
    """Turn any exception of an API view into a problem document; None lets a server error through."""
    if isinstance(error, SuspiciousOperation):
        error = BodyTooLarge() if isinstance(error, RequestDataTooBig) else exceptions.ParseError(str(error))
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied(*error.args)
    response = framework_handler(error, context)
    if response is None:
        return None
    response.data = _document(error, response)
    response.content_type = MEDIA_TYPE
    return response


def _document(error: Exception, response: Response) -> dict:
    if isinstance(error, Problem):
        return body(error.status_code, code=error.code, title=error.title, detail=str(error.detail), **error.members)
    if isinstance(error, exceptions.ValidationError):
        title = "Some fields are not valid"
        return body(400, code="invalid", title=title, errors=list(field_errors(error.detail)))
    if isinstance(error, Http404 | exceptions.NotFound):
        return body(404, code="not_found", title="There is no such thing here")
    code = getattr(error, "default_code", "error")
    return body(response.status_code, code=code, title=str(getattr(error, "detail", error)))


def field_errors(detail, path: str = ""):
    """Yield `{field, rule, message}` for every leaf of a DRF error detail; `lines.0.quantity` is a path.

    What is wrong with a list or a group as a whole has the path of that list or group.
    """
    if isinstance(detail, dict):
        for name, inner in detail.items():
            is_whole = path and name == api_settings.NON_FIELD_ERRORS_KEY
            yield from field_errors(inner, path if is_whole else f"{path}.{name}" if path else str(name))
    elif isinstance(detail, list) and any(isinstance(item, dict | list) for item in detail):
        for index, inner in enumerate(detail):
            yield from field_errors(inner, f"{path}.{index}" if path else str(index))
    else:
        for message in detail if isinstance(detail, list) else [detail]:
            yield {"field": path, "rule": getattr(message, "code", "invalid"), "message": str(message)}


def not_found(request, exception=None):
    """Answer 404 in the shape of the caller: a problem document under /api/, a page elsewhere."""
    if request.path.startswith("/api/"):
        document = body(404, code="not_found", title="There is no such thing here")
        return JsonResponse(document, status=404, content_type=MEDIA_TYPE)
    return defaults.page_not_found(request, exception)


def server_error(request):
    """Answer 500 in the shape of the caller."""
    if request.path.startswith("/api/"):
        document = body(500, code="server_error", title="Something went wrong on our side")
        return JsonResponse(document, status=500, content_type=MEDIA_TYPE)
    return defaults.server_error(request)
