"""The numbers of vouchers: eleven random digits and one that gives typing errors away (the scheme of H. M. Damm)."""

import secrets
import unicodedata

LENGTH = 12
NEXT = (  # from a row, the state, by a column, the digit, to the next state; x leads from x to 0
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)


class BrokenNumber(Exception):
    """These are not the twelve digits of a voucher, or one of them was mistyped."""


def new_number() -> str:
    """Return an unguessable number; the database sees to it that none is given out twice."""
    body = f"{secrets.randbelow(10 ** (LENGTH - 1)):0{LENGTH - 1}d}"
    return body + str(check_digit(body))


def check_digit(body: str) -> int:
    """Return the digit that completes a number; it finds every single wrong digit and every swap of neighbours."""
    state = "0"
    for digit in body:
        state = NEXT[int(state)][int(digit)]
    return int(state)


def parse(text: str) -> str:
    """Return the number that somebody typed, pasted or scanned; raises BrokenNumber."""
    digits = "".join(str(unicodedata.decimal(sign)) for sign in text if unicodedata.decimal(sign, None) is not None)
    rest = [sign for sign in text if unicodedata.decimal(sign, None) is None and not (sign.isspace() or sign in "-–—")]
    if rest or len(digits) != LENGTH or check_digit(digits[:-1]) != int(digits[-1]):
        raise BrokenNumber(text)
    return digits


def spaced(number: str) -> str:
    """Return a number as people read it: 1234 5678 9012."""
    return " ".join(number[start : start + 4] for start in range(0, LENGTH, 4))
