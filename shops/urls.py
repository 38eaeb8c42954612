"""Addresses of the shops room."""

app_name = "shops"
urlpatterns = []
