"""How the verbs' refusals are told to people."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..campaigns import EditConflict, Illegal, WaitsForApproval
from ..campaigns.changes import FORBIDDEN, UNDONE, UndoRefused
from ..campaigns.proposals import NotYours, ProposalOver
from ..models import Proposal
from ..wording import LABELS

CHANGED_MEANWHILE = "changed_meanwhile"


@contextmanager
def told(request: HttpRequest) -> Iterator[None]:
    """Turn what verbs raise inside into messages of the next page."""
    try:
        yield
    except EditConflict:
        messages.error(request, _("Somebody else has changed this campaign meanwhile. Nothing was changed."))
    except Illegal as error:
        messages.error(request, sentences(error.errors))
    except WaitsForApproval as waits:
        messages.warning(request, waiting(len(waits.proposals)))
    except UndoRefused as error:
        messages.error(request, refusal(error))
    except NotYours:
        messages.error(request, _("Another person has to decide on this."))
    except ProposalOver as over:
        state = Proposal.State(over.state).label
        messages.error(request, _("This no longer waits: %(state)s.") % {"state": state})


def is_done(request: HttpRequest, form: forms.Form, act: Callable) -> bool:
    """Carry out what a form says; refusals show up beside its fields, with what was typed."""
    try:
        act()
    except EditConflict:
        said = _(
            "Somebody else has changed this campaign meanwhile. What you typed is still here; nothing is saved yet."
        )
        form.add_error(None, forms.ValidationError(said, code=CHANGED_MEANWHILE))
        return False
    except Illegal as error:
        form.refuse(error.errors)
        return False
    except WaitsForApproval as waits:
        messages.warning(request, waiting(len(waits.proposals)))
    return True


def is_conflict(form: forms.Form) -> bool:
    """Whether somebody else was faster."""
    return form.has_error(forms.forms.NON_FIELD_ERRORS, CHANGED_MEANWHILE)


def waiting(number: int) -> str:
    """Say that a second person has to approve."""
    said = ngettext(
        "This is above your shop's limit: %(number)d change waits for a second person.",
        "This is above your shop's limit: %(number)d changes wait for a second person.",
        number,
    )
    return said % {"number": number}


def refusal(error: UndoRefused) -> str:
    """Say why a change is not taken back."""
    if error.reason == UNDONE:
        return _("This was undone already.")
    if error.reason == FORBIDDEN:
        return sentences(error.errors)
    names = sorted({str(LABELS.get(name.rpartition(".")[2], name)) for name in error.members})
    return _("This cannot be undone, for it was changed again since: %(names)s.") % {"names": ", ".join(names)}


def sentences(errors: dict) -> str:
    """Say which rule of what is broken."""
    return " ".join(f"{capfirst(LABELS.get(name, name))}: {error}" for name, error in errors.items())
