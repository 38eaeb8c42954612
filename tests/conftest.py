"""The cast and the stage of every test."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase

from chengfeng import clock, ledger

from . import emptying, factories, migrated
from .factories import AT

SHARED_DATA = Path(settings.BASE_DIR).parent / "shared" / "data"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put sites first, which take longest; a market is counted before it is busy."""
    items.sort(key=lambda item: ("site" not in item.fixturenames, "busy_market" in item.fixturenames))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """Copy the test database from the migrated one, instead of migrating in every worker; wait for no disk."""
    connection.settings_dict["TEST"]["TEMPLATE"] = migrated.database()
    connection.settings_dict["OPTIONS"]["options"] += " -c synchronous_commit=off"


@pytest.fixture(scope="session", autouse=True)
def quick_emptying():
    """What tests that commit leave behind is deleted, which is quicker than to truncate every table."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(TransactionTestCase, "_fixture_teardown", lambda case: emptying.empty())
        yield


@pytest.fixture(autouse=True)
def quiet_settings(settings, tmp_path):
    """No broker, no thread, cheap passwords, files in a temporary place; nothing known of an earlier database.

    Static files are found when one is asked for: listing them all, as a site does once, is what every client would do.
    """
    ledger.known.clear()
    settings.WAKE_WORKERS = False
    settings.AUCTION_REFRESH_SECONDS = 0
    settings.AUCTION_RECORDS_A_SECOND = 0
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.WHITENOISE_AUTOREFRESH = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PRIVATE_ROOT = tmp_path / "files"
    settings.HISTORY_ROOT = tmp_path / "history"
    settings.ENGINE_TEMP = tmp_path / "engines"


@pytest.fixture
def at() -> datetime:
    """The instant at which tests happen: Tuesday 2026-03-10, 12:00 in Shanghai."""
    return AT


@pytest.fixture
def noon() -> Iterator[None]:
    """That instant on every clock, for tests of pages."""
    with clock.at(AT):
        yield


@pytest.fixture
def real_data():
    """Return a function from a folder's name to its path; skips the test where the data is absent."""

    def folder(name: str) -> Path:
        path = SHARED_DATA / name
        if not path.is_dir():
            pytest.skip(f"real data {name} is not at hand")
        return path

    return folder


@pytest.fixture
def shop(db):
    """Alice's shop."""
    return factories.merchant("Alice & Co", slug="alice")


@pytest.fixture
def foreign_shop(db):
    """Charlie's shop, which nobody of Alice's may see, nor he hers."""
    return factories.merchant("Charlie's", slug="charlie")


@pytest.fixture
def alice(shop):
    return factories.member(shop, "alice", "owner")


@pytest.fixture
def bob(shop):
    return factories.member(shop, "bob", "service")


@pytest.fixture
def dana(shop):
    return factories.member(shop, "dana", "ad_buyer")


@pytest.fixture
def fay(shop):
    return factories.member(shop, "fay", "finance")


@pytest.fixture
def charlie(foreign_shop):
    return factories.member(foreign_shop, "charlie", "owner")


@pytest.fixture
def kai(db):
    """A key-account manager, so far without any delegation."""
    return factories.person("kai", is_ka_manager=True)


@pytest.fixture
def oscar(db):
    """The operator."""
    return factories.person("oscar", is_staff=True, is_superuser=True)


@pytest.fixture
def sam(db):
    """A shopper with an account."""
    return factories.person("sam")


@pytest.fixture
def later():
    return datetime(2026, 3, 10, 5, tzinfo=UTC)
