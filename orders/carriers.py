"""Carriers: the codes that parcels are marked with, their names, and where each shows how far a parcel has got."""

from dataclasses import dataclass
from urllib.parse import quote

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Carrier:
    """A carrier; `address` has `{}` where the tracking number goes."""

    code: str
    name: str | Promise
    address: str


ALL = (
    Carrier("sf", _("SF Express"), "https://www.sf-express.com/chn/sc/waybill/waybill-detail/{}"),
    Carrier("jd", _("JD Logistics"), "https://www.jdl.com/#/trackQuery?waybillCodes={}"),
    Carrier("yto", _("YTO Express"), "https://www.yto.net.cn/tracesimple.html?no={}"),
    Carrier("zto", _("ZTO Express"), "https://www.zto.com/GuestService/Bill?txtbill={}"),
    Carrier("sto", _("STO Express"), "https://www.sto.cn/pc/service-page/iframe/inquiry?billNo={}"),
    Carrier("yunda", _("Yunda Express"), "https://www.yundaex.com/cn/track.php?mailno={}"),
    Carrier("ems", _("EMS / China Post"), "https://www.ems.com.cn/queryList?mailNo={}"),
    Carrier("jt", _("J&T Express"), "https://www.jtexpress.cn/trajectoryQuery?waybillNo={}"),
    Carrier("dhl", "DHL", "https://www.dhl.com/global-en/home/tracking.html?tracking-id={}"),
    Carrier("ups", "UPS", "https://www.ups.com/track?tracknum={}"),
    Carrier("fedex", "FedEx", "https://www.fedex.com/fedextrack/?trknbr={}"),
    Carrier("other", _("Other carrier"), ""),
)
BY_CODE = {carrier.code: carrier for carrier in ALL}
CHOICES = [(carrier.code, carrier.name) for carrier in ALL]


def name_of(carrier: str) -> str:
    """Return the name behind a code; a name that somebody wrote out speaks for itself."""
    return str(BY_CODE[carrier].name) if carrier in BY_CODE else carrier


def tracking_address(carrier: str, tracking: str) -> str:
    """Return where the carrier shows how far the parcel has got; empty where that is not known."""
    known = BY_CODE.get(carrier)
    return known.address.format(quote(tracking, safe="")) if known and known.address and tracking else ""


def code_of(text: str) -> str:
    """Return the code that people mean by a code or a name in any language; their own words where it is none."""
    words = text.strip()
    meant = words.casefold()
    found = (one.code for one in ALL if meant in SPELLINGS[one.code] or meant == str(one.name).casefold())
    return next(found, words)


SPELLINGS = {
    "sf": {"sf", "sf express", "shunfeng", "顺丰", "顺丰速运", "顺丰快递"},
    "jd": {"jd", "jdl", "jd logistics", "京东", "京东物流", "京东快递"},
    "yto": {"yto", "yto express", "圆通", "圆通速递", "圆通快递"},
    "zto": {"zto", "zto express", "中通", "中通快递"},
    "sto": {"sto", "sto express", "申通", "申通快递"},
    "yunda": {"yunda", "yunda express", "韵达", "韵达快递", "韵达速递"},
    "ems": {"ems", "china post", "中国邮政", "邮政", "邮政快递", "邮政ems"},
    "jt": {"jt", "j&t", "j&t express", "极兔", "极兔速递"},
    "dhl": {"dhl"},
    "ups": {"ups"},
    "fedex": {"fedex", "联邦快递"},
    "other": {"other", "其他", "其它"},
}
