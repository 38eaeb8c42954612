"""The order desk for a merchant's programs: notes and flags of orders, and files by which many are shipped."""

from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.response import Response

from chengfeng import clock
from chengfeng.http import Problem
from shops.api_base import MerchantAPIView
from shops.catalogue.api_imports import CSVParser, sent_file
from shops.models import User
from shops.people.audit import record
from shops.people.rights import Right
from shops.tenancy import Access, own

from ..api.merchant import get_order, read
from ..api.paging import PageQuery, asked, paged
from ..models import Order, OrderNote
from . import parcels, serializers
from .marking import set_flag, strike_note, write_note
from .models import ShippingRun

PAGE = 50


class FileUnreadable(Problem):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    code = "unreadable"
    title = "This is no file of parcels"


def author(access: Access) -> User:
    """Return who answers for what a program does: the person who made its token."""
    return access.user or access.token.created_by


class RemarksView(MerchantAPIView):
    rights = {"GET": Right.ORDERS_VIEW, "POST": Right.ORDERS_SHIP}

    @extend_schema(operation_id="order_notes_list", responses=serializers.NoteAnswer(many=True))
    def get(self, request, code):
        """List the notes that the house wrote on an order, the first one first, struck ones too."""
        notes = get_order(own(Order, self.merchant), code).notes.select_related("by")
        return Response(serializers.NoteAnswer(notes, many=True).data)

    @extend_schema(
        operation_id="order_notes_create", request=serializers.NoteRequest, responses={201: serializers.NoteAnswer}
    )  # fmt: skip
    def post(self, request, code):
        """Write a note on an order; the same words again are the same note."""
        order, at = get_order(own(Order, self.merchant), code), clock.now()
        text = read(serializers.NoteRequest, request)["text"]
        with transaction.atomic():
            written = write_note(order, text=text, by=author(self.access), at=at)
            record(self.access, "order.note", target=order.code, at=at, note=written.code)
        return Response(serializers.NoteAnswer(written).data, status=status.HTTP_201_CREATED)


class StrikeView(MerchantAPIView):
    rights = {"POST": Right.ORDERS_SHIP}

    @extend_schema(operation_id="order_notes_strike", request=None, responses=serializers.NoteAnswer)
    def post(self, request, code, remark):
        """Strike a note, which stays readable; again changes nothing."""
        order, at = get_order(own(Order, self.merchant), code), clock.now()
        written = get_object_or_404(own(OrderNote, self.merchant).select_related("by"), order=order, code=remark)
        with transaction.atomic():
            if strike_note(written, by=author(self.access), at=at):
                record(self.access, "order.note", target=order.code, at=at, struck=written.code)
        written.refresh_from_db()
        return Response(serializers.NoteAnswer(written).data)


class FlagView(MerchantAPIView):
    rights = {"PUT": Right.ORDERS_SHIP}

    @extend_schema(operation_id="orders_flag", request=serializers.FlagBody, responses=serializers.FlagBody)
    def put(self, request, code):
        """Mark an order with a flag; an empty one takes it off."""
        order, at = get_order(own(Order, self.merchant), code), clock.now()
        flag = read(serializers.FlagBody, request)["flag"]
        with transaction.atomic():
            if set_flag(own(Order, self.merchant).filter(pk=order.pk), flag):
                record(self.access, "order.flag", target=order.code, at=at, flag=flag)
        return Response({"flag": flag})


class ParcelFilesView(MerchantAPIView):
    rights = {"GET": Right.ORDERS_SHIP, "POST": Right.ORDERS_SHIP}
    parser_classes = [CSVParser, MultiPartParser, JSONParser]

    @extend_schema(
        operation_id="parcel_files_list", parameters=[PageQuery], responses=serializers.ParcelFilePage
    )  # fmt: skip
    def get(self, request):
        """List the files of parcels, the latest first."""
        runs = _runs(self.merchant).order_by("-created_at", "-pk")
        page = paged(request, runs, asked(PageQuery, request)["page"], size=PAGE)
        return Response(serializers.ParcelFilePage(page).data)

    @extend_schema(
        operation_id="parcel_files_create", request={"text/csv": OpenApiTypes.BINARY},
        responses={201: serializers.ParcelFileAnswer},
    )  # fmt: skip
    def post(self, request):
        """Try a file of parcels out: CSV as the body, CSV or XLSX as the field `file` of a form; nothing is shipped."""
        file, at = sent_file(request), clock.now()
        try:
            with transaction.atomic():
                run = parcels.rehearse(self.merchant, file, by=author(self.access), at=at)
                record(self.access, "shipping.rehearse", target=run.code, at=at, file=run.file_name)
        except parcels.FileRefused as refusal:
            raise FileUnreadable(str(refusal)) from refusal
        return Response(serializers.ParcelFileAnswer(run).data, status=status.HTTP_201_CREATED)


class ParcelFileView(MerchantAPIView):
    rights = {"GET": Right.ORDERS_SHIP}

    @extend_schema(operation_id="parcel_files_get", responses=serializers.ParcelFileAnswer)
    def get(self, request, code):
        """Show what a file would do, or did: its state, how many rows came to what, and the first 200 refused ones."""
        return Response(serializers.ParcelFileAnswer(get_object_or_404(_runs(self.merchant), code=code)).data)


class ParcelFileApplyView(MerchantAPIView):
    rights = {"POST": Right.ORDERS_SHIP}

    @extend_schema(operation_id="parcel_files_apply", request=None, responses={202: serializers.ParcelFileAnswer})
    def post(self, request, code):
        """Have a worker ship what a dry run found ready; asked again, it is the same run, taken up where it stopped."""
        rehearsal, at = get_object_or_404(_runs(self.merchant).filter(is_dry=True), code=code), clock.now()
        with transaction.atomic():
            run = parcels.apply(rehearsal, by=author(self.access), at=at)
            record(self.access, "shipping.start", target=run.code, at=at, file=run.file_name)
        return Response(serializers.ParcelFileAnswer(run).data, status=status.HTTP_202_ACCEPTED)


def _runs(merchant) -> QuerySet[ShippingRun]:
    return own(ShippingRun, merchant).select_related("job", "merchant", "rehearsal")
