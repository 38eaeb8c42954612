"""Sending the file of a run over HTTP, in pieces, while it is made."""

from django.http import Http404, StreamingHttpResponse

from .files import TYPES, content, name_of
from .models import Format, ReportRun


def sent(run: ReportRun, file_format: str) -> StreamingHttpResponse:
    """Return the answer that sends a file; raises Http404 for an unknown format, TooLong for what no sheet holds."""
    if file_format not in Format.values:
        raise Http404
    answer = StreamingHttpResponse(content(run, file_format), content_type=TYPES[Format(file_format)])
    answer["Content-Disposition"] = f'attachment; filename="{name_of(run, file_format)}"'
    return answer
