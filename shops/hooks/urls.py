"""Addresses of webhooks: console pages and the open API."""

from django.urls import path

from . import api, views

CONSOLE = "console/<merchant>/webhooks/"
MESSAGES = f"{CONSOLE}messages/"
ENDPOINTS = "api/v1/webhook-endpoints"

urlpatterns = [
    path(CONSOLE, views.webhooks, name="webhooks"),
    path(f"{CONSOLE}new/", views.webhook_new, name="webhook_new"),
    path(f"{MESSAGES}<message>/", views.webhook_message, name="webhook_message"),
    path(f"{MESSAGES}<message>/replay/", views.webhook_message_replay, name="webhook_message_replay"),
    path(f"{CONSOLE}<webhook>/", views.webhook, name="webhook"),
    path(f"{CONSOLE}<webhook>/edit/", views.webhook_edit, name="webhook_edit"),
    path(f"{CONSOLE}<webhook>/secret/", views.webhook_secret, name="webhook_secret"),
    path(f"{CONSOLE}<webhook>/test/", views.webhook_test, name="webhook_test"),
    path(f"{CONSOLE}<webhook>/replay/", views.webhook_replay, name="webhook_replay"),
    path(f"{CONSOLE}<webhook>/enable/", views.webhook_enable, name="webhook_enable"),
    path(f"{CONSOLE}<webhook>/disable/", views.webhook_disable, name="webhook_disable"),
    path(f"{CONSOLE}<webhook>/delete/", views.webhook_delete, name="webhook_delete"),
    path("api/v1/webhook-events", api.WebhookEvents.as_view(), name="api_webhook_events"),
    path(ENDPOINTS, api.WebhookEndpoints.as_view(), name="api_webhook_endpoints"),
    path(f"{ENDPOINTS}/<slug:code>", api.WebhookEndpoint.as_view(), name="api_webhook_endpoint"),
    path(f"{ENDPOINTS}/<slug:code>/secret", api.WebhookSecret.as_view(), name="api_webhook_secret"),
    path(f"{ENDPOINTS}/<slug:code>/test", api.WebhookTest.as_view(), name="api_webhook_test"),
    path(f"{ENDPOINTS}/<slug:code>/replay", api.WebhookReplay.as_view(), name="api_webhook_replay"),
    path("api/v1/webhook-messages", api.WebhookMessages.as_view(), name="api_webhook_messages"),
    path("api/v1/webhook-messages/<slug:code>", api.WebhookMessage.as_view(), name="api_webhook_message"),
    path(
        "api/v1/webhook-messages/<slug:code>/replay", api.WebhookMessageReplay.as_view(),
        name="api_webhook_message_replay",
    ),
]  # fmt: skip
