"""Addresses of accounts."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from . import views

urlpatterns = [
    path("accounts/login/", views.Login.as_view(), name="login"),
    path("accounts/logout/", LogoutView.as_view(), name="logout"),
    path("accounts/register/", views.register, name="register"),
    path("accounts/password/", views.PasswordChange.as_view(), name="password_change"),
    path("home/", views.home, name="home"),
    path("home/merchants/", views.merchants, name="merchants"),
    path("home/merchants/<merchant>/", views.enter, name="enter"),
]
