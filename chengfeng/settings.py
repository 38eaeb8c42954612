"""All settings in one file: development runs with no environment at all, production refuses a default secret."""

import os
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from . import env, postgres

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

DEBUG = env.flag("CHENGFENG_DEBUG")
PRODUCTION = env.flag("CHENGFENG_PRODUCTION")
SIMULATION = env.flag("CHENGFENG_SIMULATION") and not PRODUCTION

DEVELOPMENT_SECRET = "a-secret-for-development-only-that-everybody-knows"
SECRET_KEY = env.text("CHENGFENG_SECRET_KEY", DEVELOPMENT_SECRET)
if PRODUCTION and SECRET_KEY == DEVELOPMENT_SECRET:
    raise ImproperlyConfigured("CHENGFENG_SECRET_KEY must be set when CHENGFENG_PRODUCTION is on")

BASE_URL = env.text("CHENGFENG_BASE_URL", f"http://127.0.0.1:{env.number('PORT', 8000)}")
ALLOWED_HOSTS = env.listing("CHENGFENG_ALLOWED_HOSTS", "" if PRODUCTION else "*")
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BASE_URL.startswith("https:")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_HSTS_SECONDS = 31_536_000 if BASE_URL.startswith("https:") else 0
SESSION_COOKIE_HTTPONLY = True

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "chengfeng",
    "shops",
    "ads",
    "orders",
    "reports",
]

MIDDLEWARE = [
    *(["chengfeng.clock.SimulatedTimeMiddleware"] if SIMULATION else []),
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "chengfeng.private.PrivateMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "shops.shopper.ShopperMiddleware",
]

ROOT_URLCONF = "chengfeng.urls"
WSGI_APPLICATION = "chengfeng.wsgi.application"
ASGI_APPLICATION = "chengfeng.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "chengfeng" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shops.frame.frame",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "chengfeng.templatetags.frame"],
        },
    }
]


SESSION = {"lock_timeout": "5s", "statement_timeout": "60s", "idle_in_transaction_session_timeout": "60s"}
if SIMULATION:
    SESSION["synchronous_commit"] = "off"  # a history that is cut short is lived through again


def database(url: str) -> dict:
    """Return Django's settings for a PostgreSQL URL; the host may be a socket directory in the query."""
    parts = urlsplit(url)
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if pair)
    return {
        "ENGINE": "chengfeng.database",
        "NAME": env.text("CHENGFENG_DB", unquote(parts.path.lstrip("/")) or "chengfeng"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", "")) or parts.hostname or "",
        "PORT": str(parts.port or query.get("port", "")),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "server_side_binding": True,
            "prepare_threshold": 5,  # PostgreSQL plans a statement once per connection, not once per request
            "options": " ".join(f"-c {name}={value}" for name, value in SESSION.items()),
        },
    }


DATABASES = {"default": database(env.text("DATABASE_URL") or postgres.ensure_running(BASE_DIR))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "shops.User"
PASSWORD_HASHERS = ["chengfeng.passwords.Argon2Hasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "shops:login"
LOGIN_REDIRECT_URL = "shops:home"
LOGOUT_REDIRECT_URL = "shops:feed"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "chengfeng.formats"
TIME_ZONE = "UTC"
PLATFORM_TIME_ZONE = env.time_zone("CHENGFENG_TIME_ZONE", "Asia/Shanghai")  # of operators; merchants have their own
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # empty while the finders serve; WhiteNoise wants it there
STATICFILES_DIRS = [
    ("htmx", BASE_DIR / "node_modules" / "htmx.org" / "dist"),
    ("tabler", BASE_DIR / "node_modules" / "@tabler" / "core" / "dist"),
    ("echarts", BASE_DIR / "node_modules" / "echarts" / "dist"),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
ICONS_DIR = BASE_DIR / "node_modules" / "@tabler" / "icons" / "icons" / "outline"
MEDIA_URL = "media/"
MEDIA_ROOT = Path(env.text("CHENGFENG_MEDIA", str(VAR_DIR / "media")))
PRIVATE_ROOT = Path(env.text("CHENGFENG_FILES", str(VAR_DIR / "files")))
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 2**20

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["shops.tokens.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["chengfeng.parsing.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "chengfeng.http.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Chengfeng",
    "DESCRIPTION": "Shop, ads, orders and reports of a merchant in one place.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "chengfeng.examples.add_examples"],
    "ENUM_NAME_OVERRIDES": {
        "AdPlacement": "ads.models.Placement",
        "AppealKind": "ads.models.Appeal.Kind",
        "AuctionOutcome": "ads.auction.outcomes.Outcome",
        "CampaignState": "ads.models.Campaign.State",
        "ChangeOutcome": "ads.api.refusals.OUTCOMES",
        "EventKind": "ads.models.EventKind",
        "ExportFormat": "reports.models.Export.Format",
        "ExportKind": "reports.models.Export.Kind",
        "JobState": "chengfeng.models.Job.State",
        "PromotionKind": "shops.models.Promotion.Kind",
        "PromotionState": "shops.models.Promotion.State",
        "ReportFormat": "reports.building.models.Format",
        "SettlementKind": "orders.models.Settlement.Kind",
        "SteeringPhase": "ads.models.Steering.Phase",
        "WebhookMessageState": "shops.models.HookMessage.State",
        "WebhookState": "shops.models.HookEndpoint.State",
    },
}

CELERY_BROKER_URL = env.text("CELERY_BROKER_URL", "filesystem://")
BROKER_DIR = VAR_DIR / "broker"
if CELERY_BROKER_URL == "filesystem://":
    BROKER_DIR.mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR),
        "data_folder_out": str(BROKER_DIR),
        "control_folder": str(BROKER_DIR / "control"),
        "polling_interval": 0.2,
    }
CELERY_TASK_ACKS_LATE = False  # a lost wake-up costs nothing: the rows say what is due
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1  # what a busy worker holds back is nobody's
CELERY_BEAT_SCHEDULE = {"sweep": {"task": "chengfeng.sweep", "schedule": 2.0, "options": {"expires": 10}}}
LANES = {  # what its own worker runs until nothing is due, so that it waits for nobody and nobody for it
    "webhooks": "shops.hooks.sending.run",
}
CELERY_BEAT_SCHEDULE |= {
    lane: {"task": "chengfeng.drive", "args": [lane], "schedule": 2.0, "options": {"queue": lane, "expires": 10}}
    for lane in LANES
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat")
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
WAKE_WORKERS = not SIMULATION  # nobody works while months are lived through; the first sweep finds what waits

LONG_JOBS = ("export", "run_report", "reckon_paths")  # what people ask for and others shall not wait for
LONG_JOBS_AT_ONCE = env.number("CHENGFENG_LONG_JOBS", 1)  # fewer than there are workers
JOBS = {
    "catalogue_import": "shops.catalogue.importing.run",
    "release_holds": "orders.expiry.run",
    "expire_vouchers": "orders.vouchers.giving_back.run",
    "ship_file": "orders.desk.parcels.run",
    "close_flash_sales": "shops.promotions.flash.run",
    "remind_of_balances": "orders.presale.run",
    "reconcile_payments": "orders.reconcile.run",
    "after_sale_deadlines": "orders.aftersale.deadlines.run",
    "settle_orders": "orders.settlement.settling.run",
    "close_statements": "orders.settlement.statements.run",
    "carry_out_payouts": "orders.settlement.payouts.run",
    "add_partitions": "ads.partitions.run",
    "count_ads": "ads.counts.run",
    "rescore_events": "ads.validity.rescoring.run",
    "watch_campaigns": "ads.watching.run",
    "steer_campaigns": "ads.steering.running.run",
    "train_predictions": "ads.prediction.training.run",
    "count_audiences": "ads.audiences.counting.run",
    "keep_wallets": "ads.wallet.keeping.run",
    "give_rebates": "ads.wallet.keeping.give_rebates",
    "rebuild_facts": "reports.facts.run",
    "export_history": "reports.history.exporting.run",
    "erase_people": "shops.identity.erasing.run",
    "erase_history": "reports.history.erasing.run",
    "export": "reports.exports.run",
    "forget_exports": "reports.exports.forget",
    "reconcile_days": "reports.reconciliation.running.run",
    "run_report": "reports.building.running.run",
    "reckon_paths": "reports.paths.running.run",
    "send_reports": "reports.building.scheduling.run",
    "watch_numbers": "reports.anomalies.watching.run",
    "forget_reports": "reports.building.running.forget",
    "forget_webhooks": "shops.hooks.forgetting.run",
}
SCHEDULES = {  # job kind → seconds between two runs
    "release_holds": 15,
    "expire_vouchers": 300,
    "close_flash_sales": 15,
    "remind_of_balances": 60,
    "reconcile_payments": 60,
    "after_sale_deadlines": 30,
    "settle_orders": 300,
    "close_statements": 900,
    "carry_out_payouts": 60,
    "add_partitions": 3600,
    "count_ads": 60,
    "rescore_events": 900,
    "watch_campaigns": 30,
    "steer_campaigns": 60,
    "train_predictions": 600,
    "count_audiences": 300,
    "keep_wallets": 60,
    "give_rebates": 21_600,
    "rebuild_facts": 300,
    "export_history": 900,
    "forget_exports": 3600,
    "erase_people": 3600,
    "reconcile_days": 1800,
    "send_reports": 60,
    "watch_numbers": 900,
    "forget_reports": 3600,
    "forget_webhooks": 3600,
}
OUTBOX_CONSUMERS = {
    "wallet.low": ["ads.wallet.letters.send_low", "shops.hooks.fanning.fan_out"],
    "grant.expires": ["ads.wallet.letters.send_expiring", "shops.hooks.fanning.fan_out"],
    "identity.linked": ["ads.attribution.linking.on_linked"],
    "invitation.open": ["shops.people.letters.send_invitation"],
    "order.balance_due": ["orders.reminders.send"],
    "order.paid": ["orders.receipts.send", "orders.vouchers.letters.send_issued", "shops.hooks.fanning.fan_out"],
    "order.deposit": ["shops.hooks.fanning.fan_out"],
    "order.refunded": ["shops.hooks.fanning.fan_out"],
    "voucher.expired": ["orders.vouchers.letters.send_expired"],
    "order.shipped": ["orders.parcel_letters.send", "shops.hooks.fanning.fan_out"],
    "case.moved": ["orders.aftersale.letters.send", "shops.hooks.fanning.fan_out"],
    "person.erased": ["reports.history.erasing.on_erased", "shops.identity.erasing.finish"],
    "settlement.paid_out": ["orders.settlement.letters.send", "shops.hooks.fanning.fan_out"],
    "settlement.came_back": ["orders.settlement.letters.send", "shops.hooks.fanning.fan_out"],
    "settlement.bank_account": ["orders.settlement.letters.send_changed", "shops.hooks.fanning.fan_out"],
    "traffic.competitor": ["ads.validity.alerts.send", "shops.hooks.fanning.fan_out"],
    "ads.campaign.eligibility_changed": ["shops.hooks.fanning.fan_out"],
    "ads.creative.reviewed": ["shops.hooks.fanning.fan_out"],
    "report.anomaly": ["reports.anomalies.letters.send", "shops.hooks.fanning.fan_out"],
    "report.ready": ["reports.building.letters.send_ready", "shops.hooks.fanning.fan_out"],
    "webhook.disabled": ["shops.hooks.letters.send_disabled"],
}

ERASING_WAITS_FOR = ["orders.erasing.is_needed"]  # what says that a person cannot be forgotten yet
ERASING = [  # what forgets a person, in this order; the last is what others have written down for later
    "orders.erasing.forget",
    "ads.erasing.forget",
    "shops.identity.forgetting.forget",
    "chengfeng.erasing.forget",
]
PERSONAL_DATA = {  # what a person can have handed out, by the name it has there
    "account": "shops.identity.handing_out.account",
    "devices": "shops.identity.handing_out.devices",
    "reviews": "shops.identity.handing_out.reviews",
    "addresses": "orders.handing_out.addresses",
    "carts": "orders.handing_out.carts",
    "orders": "orders.handing_out.orders",
    "noted_for_ads": "ads.handing_out.noted",
    "ads_seen": "ads.handing_out.events",
}

WEBHOOK_NETWORKS = env.networks("CHENGFENG_WEBHOOK_NETWORKS")  # called besides the public ones, and without TLS
WEBHOOK_DISABLED_AFTER = timedelta(days=env.number("CHENGFENG_WEBHOOK_DISABLE_DAYS", 5))  # of nothing but failures
WEBHOOKS_KEPT = timedelta(days=env.number("CHENGFENG_WEBHOOK_LOG_DAYS", 30))  # messages with their attempts

PROXIES = env.number("CHENGFENG_PROXIES", 0)  # of ours before the web processes, each adding to X-Forwarded-For
DATA_CENTRE_NETWORKS = env.text("CHENGFENG_DATACENTRE_NETWORKS")  # path of a list that `import_networks` writes

AUCTION_CURRENCY = "CNY"  # what auctions compare in; each merchant is charged in its own
AUCTION_RATES = {  # units of AUCTION_CURRENCY for one of theirs, as of 2025-12-31; used for ranking only
    "CNY": Decimal("1"),
    "BRL": Decimal("1.27"),
    "EUR": Decimal("8.21"),
    "GBP": Decimal("9.41"),
    "HKD": Decimal("0.898"),
    "JPY": Decimal("0.0446"),
    "USD": Decimal("6.99"),
}
AUCTION_RESERVE = Decimal("0.005")  # least value of one impression, in AUCTION_CURRENCY
AUCTION_TICK = Decimal("0.01")  # prices of clicks are rounded up to a multiple of it
AUCTION_VIEWABLE_TICK = Decimal("0.0001")  # prices of viewable impressions are rounded up to a multiple of it
AUCTION_CLEARING = "gsp"  # or "vcg"
AUCTION_ATTENTION = 0.9  # under VCG: each slot is looked at this much of the one above
AUCTION_ADS_PER_MERCHANT = 2  # on one page
AUCTION_FREQUENCY_CAP = 10  # impressions of one ad per shopper and day
AUCTION_EXPLORATION = 0.05  # of auctions give their last slot to a new ad
AUCTION_RECORDS_A_SECOND = 8 if SIMULATION else 20  # pages recorded by one process, of all that it decides
AUCTION_DEPTH = 500  # bids looked at in one auction, from the best down
AUCTION_REFRESH_SECONDS = 0.5  # 0: read anew for every decision, without a thread

HISTORY_ROOT = Path(env.text("CHENGFENG_HISTORY", str(VAR_DIR / "history")))
REPORTS_ENGINE = env.text("CHENGFENG_ENGINE", "duckdb")
if REPORTS_ENGINE not in {"duckdb", "spark", "postgres"}:
    raise ImproperlyConfigured(f"CHENGFENG_ENGINE must be duckdb, spark or postgres; it is {REPORTS_ENGINE!r}")
ENGINE_MEMORY_MB = env.number("CHENGFENG_ENGINE_MEMORY", 1024)
ENGINE_THREADS = env.number("CHENGFENG_ENGINE_THREADS", os.cpu_count() or 1)
ENGINE_TEMP = Path(env.text("CHENGFENG_ENGINE_TEMP", str(VAR_DIR / "engines")))  # what does not fit into the memory
SPARK_MASTER = env.text("SPARK_MASTER", "local[*]")

EMAIL_BACKEND = env.text("CHENGFENG_EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = VAR_DIR / "mail"
DEFAULT_FROM_EMAIL = env.text("CHENGFENG_FROM_EMAIL", "Chengfeng <no-reply@localhost>")

ORDER_EXPIRES_AFTER = timedelta(minutes=15)
AUTHORISED_FOR = timedelta(days=7)  # how long goods wait for an authorised payment to be captured
SHIP_WITHIN = timedelta(hours=env.number("CHENGFENG_SHIP_HOURS", 48))
BOOKING_CHANGE_BEFORE = timedelta(hours=env.number("CHENGFENG_BOOKING_CHANGE_HOURS", 2))
RECEIVED_AFTER = timedelta(days=env.number("CHENGFENG_RECEIVED_DAYS", 10))
CASE_ANSWER_WITHIN = timedelta(hours=env.number("CHENGFENG_CASE_ANSWER_HOURS", 48))
CASE_SEND_BACK_WITHIN = timedelta(days=env.number("CHENGFENG_CASE_SEND_BACK_DAYS", 7))
CASE_RECEIVE_WITHIN = timedelta(days=env.number("CHENGFENG_CASE_RECEIVE_DAYS", 7))
CASE_ESCALATE_WITHIN = timedelta(days=env.number("CHENGFENG_CASE_ESCALATE_DAYS", 7))
CASE_RETURN_WINDOW = timedelta(days=env.number("CHENGFENG_CASE_RETURN_DAYS", 7))
CASE_EXCHANGE_WINDOW = timedelta(days=env.number("CHENGFENG_CASE_EXCHANGE_DAYS", 15))
SETTLE_AFTER = timedelta(days=env.number("CHENGFENG_SETTLE_DAYS", 7))  # from delivery, unless agreed otherwise
STATEMENTS = env.text("CHENGFENG_STATEMENTS", "weekly")
if STATEMENTS not in {"weekly", "monthly"}:
    raise ImproperlyConfigured(f"CHENGFENG_STATEMENTS must be weekly or monthly; it is {STATEMENTS!r}")
PAYOUT_MINIMUM = env.number("CHENGFENG_PAYOUT_MINIMUM", 100)  # of any currency, unless agreed otherwise
PAYOUT_PROVIDER = "sandbox"
BANK_ACCOUNT_WAITS = timedelta(hours=24)  # before payouts go to a new bank account
PAYMENT_PROVIDERS = {"sandbox": "chengfeng.payments.sandbox.Sandbox"}
SHOPPERS_PAY_BY = ["sandbox"]
STRIPE_API_KEY = env.text("STRIPE_API_KEY")
STRIPE_API_BASE = env.text("STRIPE_API_BASE", "https://api.stripe.com")
STRIPE_WEBHOOK_SECRETS = env.listing("STRIPE_WEBHOOK_SECRETS")  # all verify, so that one can replace another
if STRIPE_API_KEY:
    PAYMENT_PROVIDERS["stripe"] = "chengfeng.payments.stripe.Stripe"
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"].append("https://checkout.stripe.com")  # where it sends on to
    SHOPPERS_PAY_BY = ["stripe", *(SHOPPERS_PAY_BY if env.flag("CHENGFENG_SANDBOX", default=not PRODUCTION) else [])]
TOP_UPS_BY = SHOPPERS_PAY_BY  # wallets are filled by the same providers, the first unless another is asked for
SANDBOX_WEBHOOK_SECRETS = env.listing("CHENGFENG_SANDBOX_SECRETS", SECRET_KEY)  # the first signs, all verify

REBATE_PERCENT = Decimal(env.number("CHENGFENG_REBATE_PERCENT", 0))  # of a month's cash spend, as a grant; 0: none
REBATE_DAYS = env.number("CHENGFENG_REBATE_DAYS", 90)  # for which a rebate can be spent

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "kombu.connection": {"level": "ERROR"},  # it warns that a file broker has no host
        "django.request": {"level": "ERROR"},  # it warns of every 404 and 409, which are answers like others
    },
    "root": {"handlers": ["console"], "level": env.text("CHENGFENG_LOG_LEVEL", "WARNING")},
}
