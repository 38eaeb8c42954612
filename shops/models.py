"""The tables of the shops room, by subject."""

from .catalogue.models import Category, Hold, ImportProblem, ImportRun, Product, StockMove, Variant
from .content.models import Note, NoteProduct
from .onboarding.models import Brand, Document, StepDone
from .people.models import ApiToken, AuditEntry, Delegation, Invitation, Membership, Merchant, User

__all__ = [
    "ApiToken",
    "AuditEntry",
    "Brand",
    "Category",
    "Delegation",
    "Document",
    "Hold",
    "ImportProblem",
    "ImportRun",
    "Invitation",
    "Membership",
    "Merchant",
    "Note",
    "NoteProduct",
    "Product",
    "StepDone",
    "StockMove",
    "User",
    "Variant",
]
