"""Where somebody or something is: the same columns wherever an address is kept."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Located(models.Model):
    """A row with an address; names of places are the local ones."""

    country = models.CharField(_("country or region"), max_length=2)
    region = models.CharField(_("province or state"), max_length=80, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    district = models.CharField(_("district"), max_length=80, blank=True)
    street = models.CharField(_("street"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)

    class Meta:
        abstract = True
