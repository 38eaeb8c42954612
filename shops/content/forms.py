"""The form of a note."""

from django import forms
from django.utils.translation import gettext_lazy as _

from chengfeng.typed import TypedField

from ..catalogue.forms import PictureField
from .models import Note

FIELDS = ["title", "title_en", "body", "body_en", "author", "author_en"]


class NoteForm(forms.ModelForm):
    """Texts and picture of a note; the tagged products stand beside it."""

    picture = PictureField(
        label=_("Picture"), required=False, help_text=_("JPEG, PNG, WebP or GIF, up to 10 MB. It replaces the old one.")
    )

    class Meta:
        model = Note
        fields = FIELDS
        field_classes = dict.fromkeys(FIELDS, TypedField)
        widgets = {name: forms.Textarea(attrs={"rows": 8}) for name in ("body", "body_en")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("body", "body_en"):
            self.fields[name].max_length = 10_000

    def _post_clean(self) -> None:
        """Leave the instance alone: the note on the page is the one that is stored."""

    def values(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in FIELDS}
