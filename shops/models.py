"""The tables of the shops room, by subject."""

from .accounts.models import Device, LoginTries
from .catalogue.models import (
    Category,
    GoodsChange,
    Hold,
    ImportProblem,
    ImportRun,
    PriceChange,
    Product,
    StockMove,
    Variant,
)
from .content.models import Note, NoteProduct
from .delivery.models import ShippingRate, ShippingTemplate
from .hooks.models import HookAttempt, HookEndpoint, HookMessage
from .identity.models import Erasure, Link
from .onboarding.models import Brand, Document, StepDone
from .people.models import ApiToken, AuditEntry, Delegation, Invitation, Membership, Merchant, User
from .promotions.models import (
    Claim,
    FlashBuyer,
    FlashItem,
    FlashSale,
    Presale,
    Promotion,
    PromotionProduct,
    PromotionUse,
    ShopperUses,
)
from .reviews.models import Review, ReviewPhoto
from .stores.models import Store, StoreHours

__all__ = [
    "ApiToken",
    "AuditEntry",
    "Brand",
    "Category",
    "Claim",
    "Delegation",
    "Device",
    "Document",
    "Erasure",
    "FlashBuyer",
    "FlashItem",
    "FlashSale",
    "GoodsChange",
    "Hold",
    "HookAttempt",
    "HookEndpoint",
    "HookMessage",
    "ImportProblem",
    "ImportRun",
    "Invitation",
    "Link",
    "LoginTries",
    "Membership",
    "Merchant",
    "Note",
    "NoteProduct",
    "Presale",
    "PriceChange",
    "Product",
    "Promotion",
    "PromotionProduct",
    "PromotionUse",
    "Review",
    "ReviewPhoto",
    "ShippingRate",
    "ShippingTemplate",
    "ShopperUses",
    "StepDone",
    "StockMove",
    "Store",
    "StoreHours",
    "User",
    "Variant",
]
