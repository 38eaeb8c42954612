"""Whether a variant can be bought at all, whatever its stock, and what the platform takes of its sale."""

from decimal import Decimal

from shops.models import Category, Merchant, Product, Variant

USUAL_COMMISSION = Category._meta.get_field("commission_rate").get_default()


def is_on_sale(variant: Variant) -> bool:
    """Whether the variant, its product and its shop are open for buyers; wants both of those loaded with it."""
    return (
        variant.is_active
        and variant.product.state == Product.State.ACTIVE
        and variant.merchant.state == Merchant.State.OPEN
    )


def commission_rate(product: Product) -> Decimal:
    """Return the share of a sale that the platform keeps; the usual one for goods without a category."""
    return product.category.commission_rate if product.category else USUAL_COMMISSION
