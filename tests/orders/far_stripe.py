"""The stand-in for Stripe in a process of its own, and what tests say to it and in its name."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from datetime import timedelta
from urllib.parse import urlencode

import stripe as library
from django.test import Client

from chengfeng import clock
from chengfeng.payments.stripe import SIGNATURE
from tests.factories import AT

SECRET = "whsec_test"
CARD, EMPTY = "pm_card_visa", "pm_card_chargeCustomerFail"
LATER = AT + timedelta(minutes=5)
KEY = {"Authorization": "Bearer sk_test_12345"}


class StandIn:
    """The process that stands in for Stripe; what it knows survives its death."""

    def __init__(self, store) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.store, self.url = store, f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.local_stripe", "--port", str(self.port), "--store", str(self.store)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with suppress(OSError):
                return self.send("GET", "/v1/balance")
            time.sleep(0.02)
        raise AssertionError("the stand-in does not start")

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def send(self, method, path, /, **form):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        connection.request(method, path, urlencode(form), KEY | {"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return json.loads(body) if answer.headers.get_content_type() == "application/json" else body

    def intents(self, code) -> list[dict]:
        found = self.send("GET", "/v1/payment_intents?limit=100")["data"]
        return [one for one in found if one["metadata"].get("reference") == code]


def signed(event, *, at=AT, secret=SECRET):
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    header = library.WebhookSignature.generate_signature_header(body.decode(), secret, int(at.timestamp()))
    return body, {SIGNATURE: header}


def event(kind, thing, key="evt_1"):
    return {"id": key, "type": kind, "data": {"object": thing}}


def deliver(body, headers, *, at=AT) -> int:
    with clock.at(at):
        path = "/payments/webhooks/stripe/"
        return Client().post(path, body, content_type="application/json", headers=headers).status_code
