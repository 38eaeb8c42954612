"""Imports for programs: a file is sent as it is, tried out first, then applied."""

import tempfile
from typing import BinaryIO

from django.core.files import File
from django.db import transaction
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import BaseParser, JSONParser, MultiPartParser
from rest_framework.response import Response

from chengfeng import clock
from chengfeng.http import Problem

from ..api_base import MerchantAPIView
from ..people import audit
from ..people.rights import Right
from ..tenancy import own
from . import importing
from .api import Conflict, paged
from .importing.reading import MAX_BYTES
from .models import ImportRun
from .serializers import ImportRunSerializer


class TooLarge(Problem):
    status_code = 413
    code = "too_large"
    title = f"The file is larger than {MAX_BYTES >> 20} MB"


class FileParser(BaseParser):
    """Takes a body as it is, on disk when it is large; refuses it as soon as it is too large."""

    def parse(self, stream: BinaryIO, media_type=None, parser_context=None) -> File:
        kept = tempfile.SpooledTemporaryFile(max_size=2**20)  # noqa: SIM115 – lives as long as the request
        while chunk := stream.read(2**16):
            kept.write(chunk)
            if kept.tell() > MAX_BYTES:
                raise TooLarge
        kept.seek(0)
        return File(kept, name="upload.csv")


class CSVParser(FileParser):
    media_type = "text/csv"


class TSVParser(FileParser):
    media_type = "text/tab-separated-values"


class GzipParser(FileParser):
    media_type = "application/gzip"


class Imports(MerchantAPIView):
    """Imports of catalogue files."""

    rights = {"GET": Right.CATALOGUE_VIEW, "POST": Right.CATALOGUE_EDIT}
    parser_classes = [CSVParser, TSVParser, GzipParser, MultiPartParser, JSONParser]

    @extend_schema(
        parameters=[OpenApiParameter("page", int)], responses=ImportRunSerializer(many=True),
        operation_id="list_imports", tags=["catalogue"],
    )  # fmt: skip
    def get(self, request):
        """List the merchant's imports, newest first."""
        return paged(self, own(ImportRun, self.merchant).select_related("job").order_by("-pk"), ImportRunSerializer)

    @extend_schema(
        parameters=[OpenApiParameter("dry_run", bool, description="Try it out only; on unless it is false.")],
        request={"text/csv": OpenApiTypes.BINARY}, responses={202: ImportRunSerializer},
        operation_id="create_import", tags=["catalogue"],
    )  # fmt: skip
    def post(self, request):
        """Send a catalogue as the body (CSV, TSV, gzip) or as the field `file` of a form; a dry run by default."""
        file, flag = _sent(request)
        at = clock.now()
        with transaction.atomic():
            run = importing.request_import(
                merchant=self.merchant, file=file, name=str(file.name or "upload.csv"), is_dry=_is_dry(flag), at=at
            )
            audit.record(self.access, "import.start", target=run.code, at=at, file=run.file_name, is_dry=run.is_dry)
        return Response(ImportRunSerializer(run).data, status=status.HTTP_202_ACCEPTED)


def _sent(request) -> tuple[File, str]:
    """Return the file of a request and what it says of a dry run."""
    flag = request.query_params.get("dry_run", "")
    is_form = hasattr(request.data, "get") and not isinstance(request.data, File)
    return sent_file(request), str(request.data.get("dry_run", flag) if is_form else flag)


def sent_file(request) -> File:
    """Return the file that is the body of a request, or the field `file` of a form; raises ValidationError."""
    file = request.data
    if not isinstance(file, File):
        file = file.get("file") if hasattr(file, "get") else None
    if not isinstance(file, File):
        raise ValidationError({"file": ["Send a file, as the body or as the field `file` of a form."]}, "required")
    if file.size > MAX_BYTES:
        raise TooLarge
    if not file.size:
        raise ValidationError({"file": ["The file is empty."]}, "empty")
    return file


def _is_dry(flag: str) -> bool:
    if flag.lower() not in {"", "true", "1", "false", "0"}:
        raise ValidationError({"dry_run": ["Must be true or false."]}, "invalid")
    return flag.lower() not in {"false", "0"}


class ImportDetail(MerchantAPIView):
    """One import."""

    rights = {"GET": Right.CATALOGUE_VIEW}

    @extend_schema(responses=ImportRunSerializer, operation_id="get_import", tags=["catalogue"])
    def get(self, request, code: str):
        """Return an import's counts and its first 200 problems."""
        runs = own(ImportRun, self.merchant).select_related("job")
        return Response(ImportRunSerializer(get_object_or_404(runs, code=code.replace("\0", ""))).data)


class ImportApply(MerchantAPIView):
    """The real run after a dry one."""

    rights = {"POST": Right.CATALOGUE_EDIT}

    @extend_schema(request=None, responses={202: ImportRunSerializer}, operation_id="apply_import", tags=["catalogue"])
    def post(self, request, code: str):
        """Import for real what a finished dry run has read; asked again, the answer is the same run."""
        rehearsal = get_object_or_404(own(ImportRun, self.merchant).filter(is_dry=True), code=code.replace("\0", ""))
        if not rehearsal.finished_at:
            raise Conflict("The dry run is not finished.")
        at = clock.now()
        with transaction.atomic():
            run = importing.apply(rehearsal, at=at)
            audit.record(self.access, "import.start", target=run.code, at=at, file=run.file_name, is_dry=False)
        return Response(ImportRunSerializer(run).data, status=status.HTTP_202_ACCEPTED)
