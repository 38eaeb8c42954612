"""The project's settings, on a database and in directories of the benchmarks' own."""

from chengfeng.settings import *  # noqa: F403
from chengfeng.settings import DATABASES, VAR_DIR

PLACE = VAR_DIR / "bench"
BROKER_DIR = PLACE / "broker"
BROKER_DIR.mkdir(parents=True, exist_ok=True)

DATABASES["default"]["NAME"] = "chengfeng_bench"
ALLOWED_HOSTS = ["127.0.0.1"]
MEDIA_ROOT, PRIVATE_ROOT, EMAIL_FILE_PATH = PLACE / "media", PLACE / "files", PLACE / "mail"
HISTORY_ROOT, ENGINE_TEMP = PLACE / "history", PLACE / "engines"
CELERY_BROKER_URL = "filesystem://"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "data_folder_in": str(BROKER_DIR),
    "data_folder_out": str(BROKER_DIR),
    "control_folder": str(BROKER_DIR / "control"),
}
