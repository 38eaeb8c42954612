"""Forms of accounts: logging in, registering, changing the password."""

from django import forms
from django.contrib.auth import forms as auth_forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from chengfeng.typed import TypedField
from shops.models import User


class LoginForm(auth_forms.AuthenticationForm):
    """E-mail and password; says the same whether the address or the password is wrong."""

    error_messages = {
        "invalid_login": _("This e-mail and password do not belong together."),
        "inactive": _("This account is closed."),
    }
    username = auth_forms.UsernameField(
        label=_("E-mail"), widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "username"})
    )


class RegisterForm(forms.ModelForm):
    """A new shopper's account."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 8 characters."),
    )

    class Meta:
        model = User
        fields = ["email", "name"]
        field_classes = {"name": TypedField}
        widgets = {
            "email": forms.EmailInput(attrs={"autofocus": True, "autocomplete": "username"}),
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
        }

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].lower()
        if User.objects.filter(email__iexact=email).exists():
            raise ValidationError(_("There is already an account with this e-mail."), code="taken")
        return email

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        password_validation.validate_password(password, self.instance)
        return password

    def save(self, *, language: str) -> User:
        data = self.cleaned_data
        return User.objects.create_user(data["email"], data["password"], name=data["name"], language=language)
