"""Tables of merchants, people, rights and the audit trail."""

from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from chengfeng.codes import CodeField
from chengfeng.money import CurrencyField

from .rights import Right, Role


class UserManager(BaseUserManager):
    """Makes people, known by their e-mail address."""

    def create_user(self, email, password=None, **fields):
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """A person: a merchant's colleague, a key-account manager, an operator or a shopper."""

    code = CodeField(prefix="usr")
    person = models.UUIDField(
        unique=True,
        default=uuid4,
        db_default=RandomUUID(),
        editable=False,
        help_text=_("Stands for them in measurements"),
    )
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, blank=True)
    is_ka_manager = models.BooleanField(_("key-account manager"), default=False)
    is_staff = models.BooleanField(_("operator"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self):
        return self.name or self.email


class Merchant(models.Model):
    """A merchant and its shop: the tenant to whom every other row belongs."""

    class State(models.TextChoices):
        ONBOARDING = "onboarding", _("Onboarding")
        OPEN = "open", _("Open")
        SUSPENDED = "suspended", _("Suspended")

    code = CodeField(prefix="mch")
    slug = models.SlugField(_("address"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    tagline = models.CharField(_("tagline"), max_length=200, blank=True)
    tagline_en = models.CharField(_("English tagline"), max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=40, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    accent = models.CharField(_("accent colour"), max_length=7, default="#e8453c")
    currency = CurrencyField(_("currency"), default="CNY")
    time_zone = models.CharField(_("time zone"), max_length=40, default="Asia/Shanghai")
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.OPEN)
    created_at = models.DateTimeField()

    def __str__(self):
        return self.name


class Membership(models.Model):
    """A person's role in a merchant; at most one alive per person."""

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=12, choices=Role)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "user"], condition=Q(revoked_at__isnull=True), name="membership_one_alive"
            )
        ]

    def __str__(self):
        return f"{self.user} · {self.get_role_display()}"


class Invitation(models.Model):
    """An open door for one e-mail address; the secret in its link is kept only as a digest."""

    code = CodeField(prefix="inv")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="invitations")
    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=12, choices=Role)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="invitation_ends"),
            models.UniqueConstraint(
                fields=["merchant", "email"],
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="invitation_one_open",
            ),
        ]

    def __str__(self):
        return self.email


class Delegation(models.Model):
    """Rights that a merchant lends to a key-account manager or an agency, for a time."""

    class Kind(models.TextChoices):
        KA = "ka", _("Key-account manager")
        AGENCY = "agency", _("Agency")

    code = CodeField(prefix="dlg")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="delegations")
    delegate = models.ForeignKey(User, models.PROTECT, related_name="delegations")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    rights = ArrayField(models.CharField(max_length=24, choices=Right), verbose_name=_("rights"))
    granted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    expires_at = models.DateTimeField(_("expires"))
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("starts_at")), name="delegation_ends"),
            models.CheckConstraint(condition=Q(rights__len__gt=0), name="delegation_lends_something"),
        ]

    def __str__(self):
        return f"{self.delegate} for {self.merchant}"

    @property
    def right_labels(self) -> list[str]:
        return [Right(right).label for right in self.rights]


class ApiToken(models.Model):
    """A program's key to one merchant; only its digest is stored."""

    code = CodeField(prefix="tok")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=8)
    rights = ArrayField(models.CharField(max_length=24, choices=Right), verbose_name=_("rights"))
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True, help_text=_("Last use, to the hour"))
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self):
        return self.name

    @property
    def right_labels(self) -> list[str]:
        return [Right(right).label for right in self.rights]


class AuditEntry(models.Model):
    """Who did what for a merchant, and by which right; numbered without gaps, never changed."""

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    actor = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    token = models.ForeignKey(ApiToken, models.PROTECT, null=True, blank=True, related_name="+")
    delegation = models.ForeignKey(Delegation, models.PROTECT, null=True, blank=True, related_name="+")
    verb = models.CharField(max_length=40)
    target = models.CharField(max_length=40, blank=True, help_text=_("Code of what it was done to"))
    details = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "number"], name="audit_numbers_once")]
        indexes = [models.Index(fields=["merchant", "target"])]

    def __str__(self):
        return f"{self.number} {self.verb}"
