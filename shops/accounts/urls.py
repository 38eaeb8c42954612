"""Addresses of accounts."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from ..identity import views as identity
from . import views

urlpatterns = [
    path("accounts/login/", views.Login.as_view(), name="login"),
    path("accounts/logout/", LogoutView.as_view(), name="logout"),
    path("accounts/register/", views.register, name="register"),
    path("accounts/password/", views.PasswordChange.as_view(), name="password_change"),
    path("accounts/data/", identity.mine, name="my_data"),
    path("accounts/data/file/", identity.download, name="my_data_file"),
    path("accounts/data/erase/", identity.erase, name="erase"),
    path("home/", views.home, name="home"),
    path("home/merchants/", views.merchants, name="merchants"),
    path("home/merchants/<merchant>/", views.enter, name="enter"),
]
