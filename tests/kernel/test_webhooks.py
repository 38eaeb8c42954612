"""Outgoing webhooks: where they may go, what proves whose they are, and what the other side can do to us."""

import asyncio
import socket
import ssl
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network

import pytest
import trustme
from django.core.exceptions import ImproperlyConfigured
from standardwebhooks import Webhook, WebhookVerificationError

from chengfeng import env
from chengfeng.webhooks import addresses, posting, signing
from chengfeng.webhooks.posting import Trouble
from tests import far_ends

HERE = [ip_network("127.0.0.0/8")]
ONE, OTHER = signing.written(b"1" * 32), signing.written(b"2" * 32)


@pytest.fixture
def far():
    with far_ends.listening() as end:
        yield end


def post(url: str, *, allowed=HERE, deadline=10.0, **more) -> posting.Answer:
    return asyncio.run(posting.post(url, body=b"{}", headers={}, allowed=allowed, deadline=deadline, **more))


def leads_to(monkeypatch, *answers: list[str]) -> list[str]:
    """Have names lead to one answer after the other, the last for good; return the names that are asked for."""
    left, asked = list(answers), []

    def lookup(host, port, *args, **kwargs):
        asked.append(host)
        found = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return asked


def unknown(*args, **kwargs):
    raise socket.gaierror(socket.EAI_NONAME, "unknown")


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254", "168.63.129.16",
        "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1",
        "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:169.254.169.254", "64:ff9b::7f00:1",
        "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "fc00::1", "fd00:ec2::254",
        "fe80::1", "fec0::1", "ff02::1", "ff0e::1",
    ],
)  # fmt: skip
def test_what_is_not_of_the_open_internet_is_refused(address):
    assert not addresses.is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "8.8.8.8", "172.15.255.255", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450:4001::8a"],
)
def test_what_is_of_the_open_internet_may_be_called(address):
    assert addresses.is_public(ip_address(address))


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "017700000001", "127.1", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_no_way_of_writing_it_leads_inside(far, host):
    assert post(far.url("/", host=host), allowed=[]).trouble == Trouble.FORBIDDEN
    assert post(far.url("/", scheme="https", host=host), allowed=[]).trouble == Trouble.FORBIDDEN
    assert far.requests == []


def test_networks_that_are_none_stop_the_start(monkeypatch):
    monkeypatch.setenv("NETWORKS", "127.0.0.0/8, fd00::/8")
    assert env.networks("NETWORKS") == [ip_network("127.0.0.0/8"), ip_network("fd00::/8")]
    monkeypatch.setenv("NETWORKS", "10.0.0.1/8")
    with pytest.raises(ImproperlyConfigured, match="NETWORKS"):
        env.networks("NETWORKS")


def test_one_forbidden_address_of_a_name_forbids_it(far, monkeypatch):
    leads_to(monkeypatch, ["1.1.1.1", "10.0.0.1"])
    assert post(far.url("/", scheme="https", host="two.example"), allowed=[]).trouble == Trouble.FORBIDDEN


def test_without_tls_only_what_is_allowed_besides_is_called(far, monkeypatch):
    leads_to(monkeypatch, ["1.1.1.1"])
    assert post("http://plain.example/", allowed=HERE).trouble == Trouble.FORBIDDEN


def test_a_name_that_changes_what_it_leads_to_is_asked_for_once(far, monkeypatch):
    asked = leads_to(monkeypatch, ["127.0.0.1"], ["10.0.0.1"])
    assert post(far.url("/in", host="rebound.example")).status == 200
    assert asked == ["rebound.example"]
    (_, headers, _), = far.requests  # fmt: skip
    assert headers["host"] == f"rebound.example:{far.port}"


def test_the_certificate_must_be_that_of_the_name(monkeypatch):
    authority = trustme.CA()
    theirs, ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("right.example").configure_cert(theirs)
    authority.configure_trust(ours)
    leads_to(monkeypatch, ["127.0.0.1"])
    with far_ends.listening(tls=theirs) as end:
        assert post(end.url("/in", scheme="https", host="right.example"), tls=ours).status == 200
        assert post(end.url("/in", scheme="https", host="wrong.example"), tls=ours).trouble == Trouble.TLS
        assert post(end.url("/in", scheme="https", host="right.example")).trouble == Trouble.TLS  # nobody knows it
    assert [path for path, _, _ in end.requests] == ["/in"]


@pytest.mark.parametrize(("path", "status"), [("/in", 200), ("/500", 500), ("/410", 410), ("/301", 301)])
def test_the_status_is_told_and_no_redirect_is_followed(far, path, status):
    answer = post(far.url(path))
    assert (answer.status, answer.body, answer.trouble) == (status, "said", "")
    assert (answer.is_accepted, answer.is_gone) == (status == 200, status == 410)
    assert [where for where, _, _ in far.requests] == [path]


@pytest.mark.parametrize("path", ["/hang", "/drip"])
def test_time_is_up_however_busy_the_other_side_looks(far, path):
    begun = time.monotonic()
    answer = post(far.url(path), deadline=0.7)
    assert (answer.trouble, answer.status) == (Trouble.TIMEOUT, None)
    assert 0.7 <= time.monotonic() - begun < 2


def test_of_a_flood_no_more_is_read_than_is_shown(far):
    answer = post(far.url("/huge"))
    assert (answer.status, answer.body) == (200, "x" * posting.SHOWN)


def test_what_cannot_be_reached_is_said_so(monkeypatch):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        assert post(f"http://127.0.0.1:{closed.getsockname()[1]}/").trouble == Trouble.UNREACHABLE
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert post("https://nowhere.example/").trouble == Trouble.UNKNOWN


def test_other_protocols_are_not_spoken(far):
    assert post(far.url("/mail")).trouble == Trouble.BROKEN


def test_whatever_breaks_is_an_answer_and_told_in_the_log(monkeypatch, caplog):
    async def broken(*args, **kwargs):
        raise RuntimeError("never seen before")

    monkeypatch.setattr(addresses, "judged", broken)
    assert post("https://odd.example/").trouble == Trouble.BROKEN
    assert "never seen before" in caplog.text


def test_the_official_library_verifies_and_either_secret_does():
    now, body = datetime.now(UTC), '{"type":"order.paid","name":"连衣裙"}'
    headers = signing.headers(code="msg_1", body=body, secrets=[ONE, OTHER], at=now)
    for secret in (ONE, OTHER):
        assert Webhook(secret).verify(body.encode(), headers) == {"type": "order.paid", "name": "连衣裙"}
    forged = [
        (body.replace("paid", "lost"), headers),
        (body, headers | {"webhook-id": "msg_2"}),
        (body, headers | {"webhook-timestamp": str(int(now.timestamp()) + 1)}),
        (body, signing.headers(code="msg_1", body=body, secrets=[ONE], at=now - timedelta(minutes=6))),
        (body, signing.headers(code="msg_1", body=body, secrets=[signing.written(b"3" * 32)], at=now)),
    ]
    for said, proof in forged:
        with pytest.raises(WebhookVerificationError):
            Webhook(ONE).verify(said, proof)
