"""localstripe as a process of its own, on a store of its own, with what Stripe has and it lacks.

It adds idempotency keys, lists by time of creation and pages of the checkout; and it can be told to die in the middle
of a request: what was asked for has happened then, and nobody has heard of it.

    python -m tests.local_stripe --port 8420 --store /somewhere/store.pickle
"""

import os
import pickle
import sys
from pathlib import Path

from aiohttp import web
from localstripe import resources, server
from localstripe.errors import UserError
from localstripe.resources import PaymentIntent, random_id, store, try_convert_to_int

STORE = Path(sys.argv.pop(sys.argv.index("--store") + 1)) if "--store" in sys.argv else Path(os.devnull)
DEADLY: list[str] = []  # a path whose next request is the last one


def dump(self) -> None:
    STORE.write_bytes(pickle.dumps(self))


def load(self) -> None:
    if STORE.is_file() and STORE.stat().st_size:
        self.update(pickle.loads(STORE.read_bytes()))


@web.middleware
async def once_per_key(request: web.Request, handler) -> web.Response:
    """Answer a repeated key as the first time, whatever that was."""
    key = f"idempotency:{request.headers.get('Idempotency-Key')}"
    if key in store:
        status, text = store[key]
        return web.Response(status=status, text=text, content_type="application/json")
    try:
        answer = await handler(request)
    except UserError as error:
        answer = error.to_response()
    if "Idempotency-Key" in request.headers and answer.status < 500:
        store[key] = answer.status, answer.text
    if request.path in DEADLY:
        store.dump_to_disk()
        os._exit(9)
    return answer


def since(list_all):
    """Let a list of intents be narrowed to those created at or after a second."""

    def narrowed(url, created=None, **params):
        found = list_all(url, **params)
        start = try_convert_to_int((created or {}).get("gte", 0))
        found._list = sorted((one for one in found._list if one.created >= start), key=lambda one: -one.created)
        return found

    return narrowed


async def open_page(request: web.Request) -> web.Response:
    data = await server.get_post_data(request)
    price = data["line_items"][0]["price_data"]
    page = {
        "id": f"cs_test_{random_id(24)}", "object": "checkout.session", "status": "open", "payment_intent": None,
        "amount_total": int(price["unit_amount"]), "currency": price["currency"], "metadata": data["metadata"],
        "intent": data["payment_intent_data"], "url": "https://checkout.stripe.com/c/pay/stand-in",
    }  # fmt: skip
    store[page["id"]] = page
    return web.json_response(page)


async def look_at_page(request: web.Request) -> web.Response:
    return web.json_response(store[request.match_info["id"]])


async def expire_page(request: web.Request) -> web.Response:
    page = store[request.match_info["id"]]
    if page["status"] != "open":
        raise UserError(400, "Only open pages expire")
    store[page["id"]] = page | {"status": "expired", "url": None}
    return web.json_response(store[page["id"]])


async def pay_on_page(request: web.Request) -> web.Response:
    """What the shopper does on the page."""
    page = store[request.match_info["id"]]
    intent = PaymentIntent._api_create(
        amount=page["amount_total"], currency=page["currency"], payment_method="pm_card_visa",
        metadata=page["intent"]["metadata"], confirm=True,
    )  # fmt: skip
    store[page["id"]] = page | {"status": "complete", "url": None, "payment_intent": intent.id}
    return web.Response()


async def die_at(request: web.Request) -> web.Response:
    DEADLY.append((await request.post())["path"])
    return web.Response()


def main() -> None:
    resources.Store.dump_to_disk, resources.Store.try_load_from_disk = dump, load
    PaymentIntent._api_list_all = since(PaymentIntent._api_list_all)
    server.app.middlewares.append(once_per_key)
    for method, path, act in (
        ("POST", "/v1/checkout/sessions", open_page),
        ("GET", "/v1/checkout/sessions/{id}", look_at_page),
        ("POST", "/v1/checkout/sessions/{id}/expire", expire_page),
        ("POST", "/_config/pay/{id}", pay_on_page),
        ("POST", "/_config/die", die_at),
    ):
        server.app.router.add_route(method, path, act)
    sys.argv = [word for word in sys.argv if word != "--store"]
    server.start()


if __name__ == "__main__":
    main()
