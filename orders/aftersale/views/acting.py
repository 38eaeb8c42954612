"""Acting: one step of a case from a form, with its refusals put where the person looks."""

from collections.abc import Callable
from datetime import datetime

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from shops.catalogue import stock

from .. import giving
from ..cases import CaseRefused
from ..forms import REFUSALS
from ..models import Case
from ..moves import CaseMoved
from ..photos import TooManyPhotos


def act(
    request: HttpRequest, case: Case, form: forms.Form, do: Callable, *, at: datetime, record: Callable | None = None
) -> bool:
    """Do one step with what the form holds, record it, and carry out the refunds that follow.

    Returns whether the form is dealt with: not when it is to be shown again with what is wrong.
    """
    if not form.is_valid():
        return False
    try:
        with transaction.atomic():
            by = request.user if request.user.is_authenticated else None
            do(case, at=at, by=by, **form.cleaned_data)
            if record:
                record()
    except CaseMoved:
        messages.error(request, _("The case has moved on meanwhile. See where it is now."))
    except stock.OutOfStock:
        messages.error(request, _("There is not enough of it on the shelf. Give the money back instead."))
    except (CaseRefused, TooManyPhotos, ValidationError) as error:
        refuse(form, error)
        return False
    else:
        messages.success(request, _("Done."))
    giving.carry_out(case, at=at)
    return True


def refuse(form: forms.Form, error: Exception) -> None:
    """Put a refusal to the field of the form that it is about."""
    if isinstance(error, CaseRefused):
        field = error.field.partition(".")[0]
        form.add_error(field if field in form.fields else None, REFUSALS.get(error.code, str(error)))
    else:
        message = _("Choose at most 5 pictures.") if isinstance(error, TooManyPhotos) else error
        form.add_error("photos" if "photos" in form.fields else None, message)


def photo(case: Case, code: str) -> FileResponse:
    """Hand out a photo of a case to somebody whom the case concerns; raises Http404."""
    found = get_object_or_404(case.photos, code=code)
    return FileResponse(found.file.open("rb"), content_type="image/webp", filename=f"{found.code}.webp")
