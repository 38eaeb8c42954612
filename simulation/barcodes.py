"""Article numbers for invented goods: EAN-13 in the range that GS1 keeps for examples (952)."""


def ean13(number: int) -> str:
    """Return the EAN-13 of the example article `number` (0 to 999,999,999), check digit included."""
    body = f"952{number:09d}"
    return body + check_digit(body)


def check_digit(body: str) -> str:
    """Return the check digit that completes the twelve digits of `body`."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return str(-total % 10)
