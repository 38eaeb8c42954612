"""Addresses of the ads room."""

app_name = "ads"
urlpatterns = []
