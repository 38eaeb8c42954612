"""Webhooks for programs of a merchant: endpoints, their secrets, messages with their attempts, sending again."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from chengfeng import clock
from chengfeng.http import Problem
from chengfeng.idempotency import idempotent
from chengfeng.typed import TypedText

from ..api_base import MerchantAPIView
from ..catalogue.api import Conflict, paged
from ..people.rights import Right
from . import checking, keeping, listing, replaying
from .events import EVENTS
from .models import HookAttempt, HookEndpoint, HookMessage
from .secrets import OVERLAP, secret_of

TAGS = ["webhooks"]
State = HookEndpoint.State
CODE = OpenApiParameter("code", str, OpenApiParameter.PATH)


class SwitchedOff(Problem):
    status_code = 409
    code = "webhook_switched_off"
    title = "This endpoint is switched off; nothing is sent to it"


class TooMany(Problem):
    status_code = 409
    code = "too_many_webhooks"
    title = "The merchant has as many endpoints as there may be"


class WebhookEventSerializer(serializers.Serializer):
    """A kind of event: the members of its data, each with what it means."""

    name = serializers.CharField()
    version = serializers.IntegerField()
    title = serializers.CharField()
    data = serializers.DictField(child=serializers.CharField(), source="shape")


class WebhookEndpointSerializer(serializers.ModelSerializer):
    """An endpoint; a PATCH may name the `version` that was read, and switch it on or off by `state`."""

    url = TypedText(max_length=500)
    events = serializers.ListField(
        child=serializers.ChoiceField(choices=list(EVENTS)), allow_empty=False, max_length=len(EVENTS)
    )
    state = serializers.ChoiceField(choices=State.choices, required=False)
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False)

    class Meta:
        model = HookEndpoint
        fields = ["code", "url", "description", "events", "state", "disabled_for", "disabled_at", "failing_since",
                  "version", "created_at"]  # fmt: skip
        read_only_fields = ["code", "disabled_for", "disabled_at", "failing_since", "created_at"]

    def validate_url(self, url: str) -> str:
        if rule := checking.fault(url):
            raise ValidationError(str(checking.MESSAGES[rule]), rule)
        return url

    def validate_events(self, events: list[str]) -> list[str]:
        return list(dict.fromkeys(events))

    def values(self) -> dict:
        """What the verbs take."""
        asked = self.validated_data
        return {name: asked[name] for name in ("url", "description", "events") if name in asked}


class WebhookSecretSerializer(serializers.Serializer):
    """The secret that signs, and until when the one before signs as well."""

    secret = serializers.CharField()
    both_until = serializers.DateTimeField(allow_null=True)


class WebhookAttemptSerializer(serializers.ModelSerializer):
    """An attempt; without an end it is under way, or was cut short."""

    class Meta:
        model = HookAttempt
        fields = ["number", "started_at", "ended_at", "status", "trouble", "milliseconds", "answer"]


class WebhookMessageSerializer(serializers.ModelSerializer):
    """A message; its code is the `webhook-id` of every attempt."""

    endpoint = serializers.SlugRelatedField("code", read_only=True)

    class Meta:
        model = HookMessage
        fields = ["code", "endpoint", "event", "version", "data", "happened_at", "state", "attempts_made", "due_at",
                  "delivered_at"]  # fmt: skip


class WebhookMessageDetailSerializer(WebhookMessageSerializer):
    """A message with its attempts, the first one first."""

    attempts = WebhookAttemptSerializer(many=True)

    class Meta(WebhookMessageSerializer.Meta):
        fields = [*WebhookMessageSerializer.Meta.fields, "attempts"]


class WebhookReplaySerializer(serializers.Serializer):
    """From which event on to send again; absent: from the first that is kept."""

    since = serializers.DateTimeField(required=False)


class WebhookReplayedSerializer(serializers.Serializer):
    """How many messages are sent again."""

    messages = serializers.IntegerField()


class WebhookEvents(MerchantAPIView):
    """The events that endpoints can be told of."""

    rights = {"GET": Right.WEBHOOKS_VIEW}

    @extend_schema(responses=WebhookEventSerializer(many=True), operation_id="list_webhook_events", tags=TAGS)
    def get(self, request):
        """List the events, with the shape of what they say."""
        return Response(WebhookEventSerializer(EVENTS.values(), many=True).data)


class WebhookEndpoints(MerchantAPIView):
    """The merchant's endpoints."""

    rights = {"GET": Right.WEBHOOKS_VIEW, "POST": Right.WEBHOOKS_EDIT}

    @extend_schema(responses=WebhookEndpointSerializer(many=True), operation_id="list_webhook_endpoints", tags=TAGS)
    def get(self, request):
        """List the endpoints in the order in which they were made."""
        return Response(WebhookEndpointSerializer(keeping.endpoints(self.merchant), many=True).data)

    @extend_schema(
        request=WebhookEndpointSerializer, responses={201: WebhookEndpointSerializer},
        operation_id="create_webhook_endpoint", tags=TAGS,
    )  # fmt: skip
    @idempotent
    def post(self, request):
        """Make an endpoint (Idempotency-Key needed); ask for its secret next."""
        asked = WebhookEndpointSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        with _problems():
            made = keeping.create(self.access, values=asked.values(), at=clock.now())
        return Response(WebhookEndpointSerializer(made).data, status=status.HTTP_201_CREATED)


class OfEndpoint(MerchantAPIView):
    """What all views of one endpoint start from."""

    def find(self, code: str) -> HookEndpoint:
        return get_object_or_404(keeping.endpoints(self.merchant), code=code)


class WebhookEndpoint(OfEndpoint):
    """One of the merchant's endpoints."""

    rights = {"GET": Right.WEBHOOKS_VIEW, "PATCH": Right.WEBHOOKS_EDIT, "DELETE": Right.WEBHOOKS_EDIT}

    @extend_schema(
        parameters=[CODE], responses=WebhookEndpointSerializer, operation_id="get_webhook_endpoint", tags=TAGS
    )
    def get(self, request, code: str):
        """Return an endpoint."""
        return Response(WebhookEndpointSerializer(self.find(code)).data)

    @extend_schema(
        parameters=[CODE], request=WebhookEndpointSerializer(partial=True), responses=WebhookEndpointSerializer,
        operation_id="edit_webhook_endpoint", tags=TAGS,
    )  # fmt: skip
    def patch(self, request, code: str):
        """Change address, description or events, or switch it on or off."""
        endpoint, now = self.find(code), clock.now()
        asked = WebhookEndpointSerializer(endpoint, request.data, partial=True)
        asked.is_valid(raise_exception=True)
        version = asked.validated_data.get("version", endpoint.version)
        if values := asked.values():
            with _problems():
                keeping.edit(self.access, endpoint, version=version, values=values, at=now)
        if state := asked.validated_data.get("state"):
            switch = keeping.enable if state == State.ACTIVE else keeping.disable
            switch(self.access, endpoint, at=now)
        return Response(WebhookEndpointSerializer(self.find(code)).data)

    @extend_schema(parameters=[CODE], responses={204: None}, operation_id="delete_webhook_endpoint", tags=TAGS)
    def delete(self, request, code: str):
        """Delete an endpoint."""
        keeping.delete(self.access, self.find(code), at=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class WebhookSecret(OfEndpoint):
    """The secret of an endpoint."""

    rights = {"GET": Right.WEBHOOKS_EDIT, "POST": Right.WEBHOOKS_EDIT}

    @extend_schema(parameters=[CODE], responses=WebhookSecretSerializer, operation_id="get_webhook_secret", tags=TAGS)
    def get(self, request, code: str):
        """Return the secret that signs, and until when the one before it signs as well."""
        endpoint = self.find(code)
        until = endpoint.rotated_at and endpoint.rotated_at + OVERLAP
        found = {"secret": secret_of(endpoint), "both_until": until if until and until > clock.now() else None}
        return Response(WebhookSecretSerializer(found).data, headers={"Cache-Control": "no-store"})

    @extend_schema(
        parameters=[CODE],
        request=None,
        responses=WebhookEndpointSerializer,
        operation_id="rotate_webhook_secret",
        tags=TAGS,
    )
    @idempotent
    def post(self, request, code: str):
        """Put another secret in its place (Idempotency-Key needed); the one before signs as well for 24 hours."""
        return Response(WebhookEndpointSerializer(keeping.rotate(self.access, self.find(code), at=clock.now())).data)


class WebhookTest(OfEndpoint):
    """Test messages to an endpoint."""

    rights = {"POST": Right.WEBHOOKS_EDIT}

    @extend_schema(
        parameters=[CODE], request=None, responses={202: WebhookMessageSerializer},
        operation_id="test_webhook_endpoint", tags=TAGS,
    )  # fmt: skip
    @idempotent
    def post(self, request, code: str):
        """Send a message of no event (Idempotency-Key needed)."""
        with _problems():
            message = replaying.test(self.access, self.find(code), at=clock.now())
        return Response(WebhookMessageSerializer(message).data, status=status.HTTP_202_ACCEPTED)


class WebhookReplay(OfEndpoint):
    """Sending again what an endpoint did not take."""

    rights = {"POST": Right.WEBHOOKS_EDIT}

    @extend_schema(
        parameters=[CODE], request=WebhookReplaySerializer, responses={202: WebhookReplayedSerializer},
        operation_id="replay_webhook_endpoint", tags=TAGS,
    )  # fmt: skip
    @idempotent
    def post(self, request, code: str):
        """Send all again that was given up or held back, each with its id (Idempotency-Key needed)."""
        asked = WebhookReplaySerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        since, endpoint = asked.validated_data.get("since"), self.find(code)
        with _problems():
            number = replaying.replay_failed(self.access, endpoint, since=since, at=clock.now())
        return Response(WebhookReplayedSerializer({"messages": number}).data, status=status.HTTP_202_ACCEPTED)


class WebhookMessages(MerchantAPIView):
    """The messages of the merchant's endpoints."""

    rights = {"GET": Right.WEBHOOKS_VIEW}

    @extend_schema(
        parameters=[
            OpenApiParameter("endpoint", str, description="Code of the endpoint"),
            OpenApiParameter("state", str, enum=HookMessage.State.values), OpenApiParameter("event", str),
            OpenApiParameter("page", int), OpenApiParameter("page_size", int, description="At most 200."),
        ],
        responses=WebhookMessageSerializer(many=True), operation_id="list_webhook_messages", tags=TAGS,
    )  # fmt: skip
    def get(self, request):
        """List the messages, the latest first."""
        asked = request.query_params
        if (state := asked.get("state", "")) not in ("", *HookMessage.State.values):
            raise ValidationError({"state": [f"One of {', '.join(HookMessage.State.values)}."]}, "unknown")
        rows = listing.messages(self.merchant, state=state, event=asked.get("event", "").replace("\0", ""))
        if code := asked.get("endpoint", "").replace("\0", ""):
            rows = rows.filter(endpoint__code=code)
        return paged(self, rows, WebhookMessageSerializer)


class OfMessage(MerchantAPIView):
    """What both views of one message start from."""

    def find(self, code: str) -> HookMessage:
        return get_object_or_404(listing.messages(self.merchant).prefetch_related("attempts"), code=code)


class WebhookMessage(OfMessage):
    """One message."""

    rights = {"GET": Right.WEBHOOKS_VIEW}

    @extend_schema(
        parameters=[CODE], responses=WebhookMessageDetailSerializer, operation_id="get_webhook_message", tags=TAGS
    )
    def get(self, request, code: str):
        """Return a message with its attempts."""
        return Response(WebhookMessageDetailSerializer(self.find(code)).data)


class WebhookMessageReplay(OfMessage):
    """Sending a message again."""

    rights = {"POST": Right.WEBHOOKS_EDIT}

    @extend_schema(
        parameters=[CODE], request=None, responses={202: WebhookMessageSerializer},
        operation_id="replay_webhook_message", tags=TAGS,
    )  # fmt: skip
    @idempotent
    def post(self, request, code: str):
        """Send a message again, with the same id (Idempotency-Key needed)."""
        with _problems():
            replaying.replay(self.access, self.find(code), at=clock.now())
        return Response(WebhookMessageSerializer(self.find(code)).data, status=status.HTTP_202_ACCEPTED)


@contextmanager
def _problems() -> Iterator[None]:
    """Tell refusals of the verbs as problem documents."""
    try:
        yield
    except replaying.SwitchedOff as refusal:
        raise SwitchedOff from refusal
    except keeping.TooMany as refusal:
        raise TooMany from refusal
    except keeping.EndpointConflict as refusal:
        raise Conflict from refusal
