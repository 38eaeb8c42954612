"""Whether a variant can be bought at all, whatever its stock."""

from shops.models import Merchant, Product, Variant


def is_on_sale(variant: Variant) -> bool:
    """Whether the variant, its product and its shop are open for buyers; wants both of those loaded with it."""
    return (
        variant.is_active
        and variant.product.state == Product.State.ACTIVE
        and variant.merchant.state == Merchant.State.OPEN
    )
