"""Which credits say that an order is owed to an ad still: those of touches that have a share in it after all."""

from django.db.models import Exists, OuterRef, Q, Subquery, Sum

from ..models import Credit

WITHDRAWN = """
SELECT FROM ads_credit w WHERE w.line_id = r.line_id AND w.rule = r.rule AND w.token = r.token AND w.share < 0 AND (
    SELECT sum(s.share) FROM ads_credit s
    WHERE s.line_id = w.line_id AND s.rule = w.rule AND s.token = w.token AND s.touch = w.touch
) <= 0
"""  # that the touch of a credit `r` has lost its share
LEFT = Credit.objects.filter(
    line=OuterRef("line"), rule=OuterRef("rule"), token=OuterRef("token"), touch=OuterRef("touch")
)
LOST = (
    LEFT.filter(share__lt=0)
    .alias(left=Subquery(LEFT.order_by().values("line").values_list(Sum("share"))))
    .filter(left__lte=0)
)
STANDS = Q(share__gt=0) & ~Exists(LOST)
