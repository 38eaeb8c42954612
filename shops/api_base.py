"""What every API view of a merchant's program starts from."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import NotAuthenticated
from rest_framework.views import APIView

from chengfeng.http import refuse_chunks

from .people.rights import Right
from .tenancy import Access, refuse_nul


class TokenScheme(OpenApiAuthenticationExtension):
    """How the OpenAPI document describes our tokens."""

    target_class = "shops.tokens.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema):
        return {"type": "http", "scheme": "bearer"}


class MerchantAPIView(APIView):
    """A view for a merchant's program; `rights` names the right that each method needs."""

    rights: dict[str, Right] = {}

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        refuse_chunks(request)
        if request.auth is None:
            raise NotAuthenticated
        refuse_nul(*kwargs.values())
        self.access: Access = request.auth
        self.merchant = self.access.merchant
        if request.method in self.rights:
            self.access.require(self.rights[request.method])
        elif request.method != "OPTIONS":
            self.http_method_not_allowed(request)

    def principal(self, request) -> str:
        """Name who writes, for idempotency."""
        return self.merchant.code


class PersonAPIView(APIView):
    """A view for a person who is logged in; the guard of its address has let them in."""

    authentication_classes = [SessionAuthentication]

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        refuse_chunks(request)

    def principal(self, request) -> str:
        return request.user.code


class ShopperAPIView(APIView):
    """A view for a shopper's client, known by the `X-Shopper` header or cookie."""

    authentication_classes = []

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        refuse_chunks(request)
        refuse_nul(*kwargs.values())

    def principal(self, request) -> str:
        return request.shopper.hex
