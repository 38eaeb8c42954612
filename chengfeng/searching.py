"""What people look for, as a field of a form."""

from typing import Any

from django import forms


class SearchField(forms.CharField):
    """Words to look for, which are never refused: a list that ignores them would show everything instead of nothing.

    What is longer than anything that can be found is cut.
    """

    def __init__(self, *, longest: int = 100, **kwargs):
        self.longest = longest
        super().__init__(required=False, **kwargs)

    def to_python(self, value: Any) -> str:
        return super().to_python(value).replace("\0", "")[: self.longest].strip()

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"maxlength": str(self.longest)}
