"""Forms of reviews: what a shopper writes, what a shop replies, what a list is narrowed to."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from chengfeng.searching import SearchField
from chengfeng.typed import TypedField

from ..catalogue import pictures
from .models import Review
from .reading import STARS
from .writing import LONGEST, MOST_PHOTOS

STAR_CHOICES = [(str(stars), "★" * stars) for stars in STARS]


class PhotosInput(forms.FileInput):
    """A control that takes several files."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Some pictures that are drawn anew on arrival."""

    widget = PhotosInput(attrs={"accept": pictures.ACCEPT, "multiple": True})

    def clean(self, data: Any, initial: Any = None) -> list:
        uploads = [upload for upload in data or () if upload]
        if len(uploads) > MOST_PHOTOS:
            raise ValidationError(_("At most five photos."), "too_many")
        return [pictures.redrawn(super(PhotosField, self).clean(upload, initial)) for upload in uploads]


class ReviewForm(forms.Form):
    """What a shopper says of something bought."""

    stars = forms.TypedChoiceField(
        label=_("Stars"), choices=STAR_CHOICES, coerce=int, widget=forms.RadioSelect,
        error_messages={"required": _("Choose how many stars.")},
    )  # fmt: skip
    text = forms.CharField(
        label=_("What is it like?"), max_length=LONGEST, required=False, widget=forms.Textarea(attrs={"rows": 5})
    )
    photos = PhotosField(
        label=_("Photos"), required=False, help_text=_("Up to five: JPEG, PNG, WebP or GIF, 10 MB each.")
    )
    drops_photos = forms.BooleanField(label=_("Take the old photos away"), required=False)


class ReplyForm(forms.Form):
    """The shop's reply; empty takes it back."""

    reply = TypedField(label=_("Reply"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class HidingForm(forms.Form):
    """Why a review is taken from sight."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class FilterForm(forms.Form):
    """What a list of reviews is narrowed to."""

    q = SearchField()
    show = forms.ChoiceField(
        required=False,
        choices=[("", _("All reviews")), ("unanswered", _("Unanswered")), ("photos", _("With photos")),
                 ("hidden", _("Hidden"))],
    )  # fmt: skip
    stars = forms.ChoiceField(required=False, choices=[("", _("Any stars")), *STAR_CHOICES])

    def narrow(self, reviews: QuerySet[Review]) -> QuerySet[Review]:
        self.is_valid()
        said = self.cleaned_data
        if q := said.get("q"):
            reviews = reviews.filter(
                Q(text__icontains=q) | Q(product__title__icontains=q) | Q(product__title_en__icontains=q)
            )
        if said.get("stars"):
            reviews = reviews.filter(stars=said["stars"])
        shows = {
            "unanswered": Q(replied_at=None, hidden_at=None), "photos": Q(photos__isnull=False),
            "hidden": Q(hidden_at__isnull=False),
        }  # fmt: skip
        return reviews.filter(shows[said["show"]]).distinct() if said.get("show") else reviews
