"""The operator's desk: merchants, people, catalogue, notes and brands."""

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from chengfeng import clock
from chengfeng.admin import DeskAdmin, ReadOnlyAdmin, ReadOnlyInline

from .accounts import admin as accounts  # noqa: F401 – its pages belong to this desk
from .delivery import admin as delivery  # noqa: F401 – its pages belong to this desk
from .hooks import admin as hooks  # noqa: F401 – its pages belong to this desk
from .identity import admin as identity  # noqa: F401 – its pages belong to this desk
from .identity import erasing
from .models import (
    ApiToken,
    AuditEntry,
    Brand,
    Category,
    Delegation,
    Document,
    GoodsChange,
    Hold,
    ImportProblem,
    ImportRun,
    Invitation,
    Membership,
    Merchant,
    Note,
    NoteProduct,
    PriceChange,
    Product,
    StepDone,
    StockMove,
    User,
    Variant,
)
from .people import standing
from .promotions import admin as promotions  # noqa: F401 – its pages belong to this desk
from .reviews import admin as reviews  # noqa: F401 – its pages belong to this desk
from .stores import admin as stores  # noqa: F401 – its pages belong to this desk


class PersonForm(AdminUserCreationForm):
    """A new person; addresses are kept in small letters."""

    class Meta:
        model = User
        fields = ["email", "name"]
        field_classes = {"email": forms.EmailField}

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].lower()
        if User.objects.filter(email=email).exists():
            raise forms.ValidationError(_("There is already an account with this e-mail."), code="taken")
        return email


@admin.register(User)
class UserAdmin(DjangoUserAdmin, DeskAdmin):
    add_form = PersonForm
    list_display = ["email", "name", "is_active", "is_ka_manager", "is_staff", "created_at", "last_login"]
    list_filter = ["is_active", "is_ka_manager", "is_staff", "is_superuser"]
    search_fields = ["email", "name", "code"]
    date_hierarchy = "created_at"
    ordering = ["email"]
    readonly_fields = ["code", "email", "created_at", "last_login"]
    fieldsets = [
        (None, {"fields": ["code", "email", "password", "name", "language"]}),
        (_("Place"), {"fields": ["is_active", "is_ka_manager", "is_staff", "is_superuser", "groups"]}),
        (_("Times"), {"fields": ["created_at", "last_login"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "name", "usable_password", "password1", "password2"]})]
    filter_horizontal = ["groups"]
    actions = ["erase"]

    @admin.action(permissions=["change"], description=_("Erase people for ever"))
    def erase(self, request, queryset):
        """Ask whether it is meant, and only then have them forgotten; who works here or for a shop is left out."""
        if "sure" not in request.POST:
            context = self.admin_site.each_context(request) | {"title": _("Erase people for ever"), "people": queryset}
            return TemplateResponse(request, "admin/erase_people.html", context)
        for person in queryset:
            try:
                erasing.ask(person, at=clock.now(), by=request.user)
            except erasing.StillAtWork:
                self.message_user(request, _("%(who)s has to leave first.") % {"who": person}, messages.ERROR)
        return None

    def get_readonly_fields(self, request, obj=None):
        return self.readonly_fields if obj else []

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


class MembershipInline(ReadOnlyInline):
    model = Membership
    fields = ["user", "role", "created_at", "revoked_at"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("user")


class DelegationInline(ReadOnlyInline):
    model = Delegation
    fields = ["delegate", "kind", "rights", "starts_at", "expires_at", "revoked_at"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("delegate")


@admin.register(Merchant)
class MerchantAdmin(ReadOnlyAdmin):
    list_display = ["name", "name_en", "code", "kind", "city", "currency", "state", "created_at"]
    list_filter = ["state", "kind", "currency"]
    search_fields = ["name", "name_en", "code", "slug"]
    date_hierarchy = "created_at"
    ordering = ["name"]
    inlines = [MembershipInline, DelegationInline]
    actions = ["suspend", "reopen"]

    @admin.action(permissions=["act"], description=_("Suspend merchants"))
    def suspend(self, request, queryset):
        done = sum(standing.suspend(merchant, by=request.user, at=clock.now()) for merchant in queryset)
        text = ngettext("%(n)d merchant is suspended.", "%(n)d merchants are suspended.", done)
        self.message_user(request, text % {"n": done}, messages.SUCCESS)

    @admin.action(permissions=["act"], description=_("Open suspended merchants"))
    def reopen(self, request, queryset):
        done = sum(standing.reopen(merchant, by=request.user, at=clock.now()) for merchant in queryset)
        text = ngettext("%(n)d merchant is open again.", "%(n)d merchants are open again.", done)
        self.message_user(request, text % {"n": done}, messages.SUCCESS)


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    list_display = ["merchant", "user", "role", "created_at", "revoked_at"]
    list_filter = ["role", ("revoked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["merchant", "user"]
    search_fields = ["merchant__name", "merchant__code", "user__email", "user__name"]
    ordering = ["-pk"]


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ["email", "merchant", "role", "invited_by", "created_at", "expires_at", "accepted_at", "revoked_at"]
    list_filter = ["role", ("accepted_at", admin.EmptyFieldListFilter)]
    list_select_related = ["merchant", "invited_by"]
    search_fields = ["email", "code", "merchant__name", "merchant__code"]
    exclude = ["digest"]
    ordering = ["-pk"]


@admin.register(Delegation)
class DelegationAdmin(ReadOnlyAdmin):
    list_display = ["code", "merchant", "delegate", "kind", "granted_by", "starts_at", "expires_at", "revoked_at"]
    list_filter = ["kind", ("revoked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["merchant", "delegate", "granted_by"]
    search_fields = ["code", "merchant__name", "merchant__code", "delegate__email"]
    ordering = ["-pk"]


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    list_display = ["name", "merchant", "hint", "created_by", "created_at", "used_at", "expires_at", "revoked_at"]
    list_filter = [("revoked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["merchant", "created_by"]
    search_fields = ["name", "code", "merchant__name", "merchant__code"]
    exclude = ["digest"]
    ordering = ["-pk"]


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ["merchant", "number", "at", "actor", "token", "delegation_code", "verb", "target"]
    list_filter = [("delegation", admin.EmptyFieldListFilter), ("token", admin.EmptyFieldListFilter)]
    list_select_related = ["merchant", "actor", "token", "delegation"]
    search_fields = ["verb", "target", "merchant__code", "merchant__name", "actor__email"]
    date_hierarchy = "at"
    ordering = ["-pk"]

    @admin.display(description=_("delegation"))
    def delegation_code(self, entry: AuditEntry) -> str | None:
        return entry.delegation and entry.delegation.code


@admin.register(Category)
class CategoryAdmin(DeskAdmin):
    list_display = ["slug", "name", "name_en", "parent"]
    list_select_related = ["parent"]
    search_fields = ["slug", "name", "name_en"]
    autocomplete_fields = ["parent"]
    ordering = ["slug"]


class VariantInline(ReadOnlyInline):
    model = Variant
    fields = ["sku", "options", "price", "list_price", "cost", "on_hand", "reserved", "is_active"]
    show_change_link = True


@admin.register(Product)
class ProductAdmin(ReadOnlyAdmin):
    list_display = ["title", "merchant", "external_id", "category", "state", "is_service", "created_at"]
    list_filter = ["state", "is_service"]
    list_select_related = ["merchant", "category"]
    search_fields = ["title", "title_en", "code", "external_id", "merchant__code"]
    date_hierarchy = "created_at"
    exclude = ["search"]
    ordering = ["-pk"]
    inlines = [VariantInline]


@admin.register(Variant)
class VariantAdmin(ReadOnlyAdmin):
    list_display = ["sku", "product", "merchant", "price", "on_hand", "reserved", "is_active"]
    list_filter = ["is_active"]
    list_select_related = ["product", "merchant"]
    search_fields = ["sku", "code", "gtin", "product__title", "merchant__code"]
    ordering = ["-pk"]


@admin.register(PriceChange)
class PriceChangeAdmin(ReadOnlyAdmin):
    list_display = ["variant", "merchant", "price", "list_price", "by", "cause", "at"]
    list_select_related = ["variant", "merchant", "by"]
    search_fields = ["variant__sku", "merchant__code", "cause"]
    date_hierarchy = "at"
    ordering = ["-pk"]


@admin.register(GoodsChange)
class GoodsChangeAdmin(ReadOnlyAdmin):
    list_display = ["product", "merchant", "brand", "category", "sku", "at"]
    list_select_related = ["product", "merchant", "category", "sku"]
    search_fields = ["product__code", "product__title", "merchant__code", "brand"]
    date_hierarchy = "at"
    ordering = ["-pk"]


@admin.register(StockMove)
class StockMoveAdmin(ReadOnlyAdmin):
    list_display = ["variant", "merchant", "kind", "quantity", "cause", "at"]
    list_filter = ["kind"]
    list_select_related = ["variant", "merchant"]
    search_fields = ["cause", "variant__sku", "variant__code", "merchant__code"]
    date_hierarchy = "at"
    ordering = ["-pk"]


@admin.register(Hold)
class HoldAdmin(ReadOnlyAdmin):
    list_display = ["variant", "merchant", "quantity", "cause", "state", "created_at", "expires_at"]
    list_filter = ["state"]
    list_select_related = ["variant", "merchant"]
    search_fields = ["cause", "variant__sku", "merchant__code"]
    ordering = ["-pk"]


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    list_display = [
        "file_name", "merchant", "dialect", "is_dry", "created", "updated", "unchanged", "refused", "created_at",
    ]  # fmt: skip
    list_filter = ["is_dry", "dialect"]
    list_select_related = ["merchant"]
    search_fields = ["file_name", "code", "merchant__name", "merchant__code"]
    date_hierarchy = "created_at"
    ordering = ["-pk"]


@admin.register(ImportProblem)
class ImportProblemAdmin(ReadOnlyAdmin):
    list_display = ["run", "row", "field", "rule", "message", "value"]
    list_filter = ["rule"]
    list_select_related = ["run"]
    search_fields = ["run__code", "field", "message"]
    ordering = ["-pk"]


class NoteProductInline(ReadOnlyInline):
    model = NoteProduct
    fields = ["place", "product"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("product")


@admin.register(Note)
class NoteAdmin(ReadOnlyAdmin):
    list_display = ["title", "merchant", "author", "state", "created_at", "published_at"]
    list_filter = ["state"]
    list_select_related = ["merchant"]
    search_fields = ["title", "title_en", "code", "merchant__code"]
    date_hierarchy = "created_at"
    ordering = ["-pk"]
    inlines = [NoteProductInline]


@admin.register(NoteProduct)
class NoteProductAdmin(ReadOnlyAdmin):
    list_display = ["note", "place", "product"]
    list_select_related = ["note", "product"]
    search_fields = ["note__code", "product__code"]
    ordering = ["-pk"]


@admin.register(Brand)
class BrandAdmin(DeskAdmin):
    """Brands can be given to another manager; everything else is worked on in the workspace."""

    list_display = ["company", "merchant", "manager", "contact_email", "opened_at", "due_at", "handed_over_at"]
    list_filter = [("handed_over_at", admin.EmptyFieldListFilter)]
    list_select_related = ["merchant", "manager"]
    search_fields = ["company", "code", "merchant__name", "merchant__code", "manager__email"]
    date_hierarchy = "opened_at"
    autocomplete_fields = ["manager"]
    ordering = ["-opened_at"]

    def get_readonly_fields(self, request, obj=None):
        return [field.name for field in Brand._meta.fields if field.name != "manager"]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "manager":
            kwargs["queryset"] = User.objects.filter(is_ka_manager=True, is_active=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_add_permission(self, request) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(StepDone)
class StepDoneAdmin(ReadOnlyAdmin):
    list_display = ["merchant", "step", "at", "by", "fact"]
    list_filter = ["step"]
    list_select_related = ["merchant", "by"]
    search_fields = ["merchant__name", "merchant__code", "fact"]
    ordering = ["-pk"]


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin):
    list_display = ["kind", "merchant", "file_name", "expires_date", "uploaded_by", "uploaded_at"]
    list_filter = ["kind"]
    list_select_related = ["merchant", "uploaded_by"]
    search_fields = ["file_name", "code", "merchant__name", "merchant__code"]
    date_hierarchy = "uploaded_at"
    exclude = ["file"]
    ordering = ["-pk"]
