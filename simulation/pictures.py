"""Draw a product or a note as a small flat SVG: a ground, a setting and one or more motifs, no text."""

from random import Random

from simulation.motifs import MOTIFS
from simulation.specs import PictureSpec

INK = "#3d3a45"
PAPER = "#fffaf3"
SIZES = {"product": (600, 600), "note": (600, 800)}

# Motifs whose body may carry stripes, spots or a weave.
CLOTHLIKE = frozenset(
    (
        "dress",
        "skirt",
        "shirt",
        "scarf",
        "tote",
        "hat",
        "bed",
        "pillow",
        "sofa",
        "onesie",
        "tent",
        "suitcase",
        "cup",
        "teapot",
        "vase",
        "pottery",
        "noodles",
        "towels",
    )
)

# Where motifs stand in a note, by how many there are: (x, y, scale), the ones behind first.
ARRANGEMENTS = {
    1: (((300, 450, 1.22),), ((300, 470, 1.3),), ((286, 440, 1.12),)),
    2: (
        ((206, 270, 0.96), (384, 538, 1.06)),
        ((394, 264, 0.98), (216, 538, 1.04)),
        ((190, 380, 0.88), (410, 520, 0.94)),
    ),
    3: (
        ((168, 250, 0.76), (432, 280, 0.76), (300, 560, 1.0)),
        ((300, 226, 0.86), (164, 546, 0.8), (436, 562, 0.8)),
        ((434, 220, 0.7), (186, 320, 0.88), (396, 570, 0.94)),
    ),
    4: (
        ((164, 236, 0.72), (438, 256, 0.72), (166, 564, 0.78), (434, 572, 0.78)),
        ((300, 210, 0.56), (150, 390, 0.58), (450, 400, 0.58), (300, 606, 0.74)),
    ),
}


def draw(picture: PictureSpec) -> str:
    """Return the SVG document of `picture`; the same spec always gives the same text."""
    rng = Random(picture.seed)
    width, height = SIZES[picture.form]
    ground = _ground(picture, rng, height)
    body = _scene(picture, rng) if picture.form == "note" else _still(picture, rng)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        f' width="{width}" height="{height}">'
        f"{ground}{body}</svg>"
    )


def blend(colour: str, other: str, share: float) -> str:
    """Mix `share` (0–1) of `other` into `colour`; both `#rrggbb`."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))


def _ground(picture: PictureSpec, rng: Random, height: int) -> str:
    light, deep = picture.ground
    name = f"g{picture.seed:x}"
    fill = (
        f'<linearGradient id="{name}" x2="{rng.choice((0, 0.4, 1))}" y2="1">'
        f'<stop stop-color="{light}"/><stop offset="1" stop-color="{deep}"/></linearGradient>'
        f'<path d="M0 0h600v{height}H0z" fill="url(#{name})"/>'
    )
    return fill + rng.choice(SETTINGS)(picture, rng, height)


def _sun(picture: PictureSpec, rng: Random, height: int) -> str:
    x, y = rng.randint(240, 360), height // 2 + rng.randint(-40, 20)
    return (
        f'<circle cx="{x}" cy="{y}" r="{height * 0.37:.0f}" fill="{PAPER}" fill-opacity=".55"/>'
        f'<circle cx="{x}" cy="{y}" r="{height * 0.29:.0f}" fill="{PAPER}" fill-opacity=".5"/>'
    )


def _arch(picture: PictureSpec, rng: Random, height: int) -> str:
    left, floor = rng.randint(80, 120), height - 90
    radius = 300 - left
    top = height * 0.12 + radius
    deep = blend(picture.ground[1], picture.accent, 0.25)
    return (
        f'<path d="M{left} {floor}V{top:.0f}a{radius} {radius} 0 0 1 {2 * radius} 0V{floor}z"'
        f' fill="{PAPER}" fill-opacity=".7"/>'
        f'<path d="M0 {floor}h600v90H0z" fill="{deep}"/>'
    )


def _hills(picture: PictureSpec, rng: Random, height: int) -> str:
    y, swing = height * 0.66, rng.randint(40, 90)
    near = blend(picture.ground[1], picture.accent, 0.3)
    return (
        f'<circle cx="{rng.choice((110, 490))}" cy="120" r="62" fill="{PAPER}" fill-opacity=".8"/>'
        f'<path d="M0 {y:.0f}q150-{swing} 300 0t300 0V{height}H0z" fill="{near}" fill-opacity=".6"/>'
        f'<path d="M0 {y + 70:.0f}q150 {swing} 300 0t300 0V{height}H0z" fill="{near}"/>'
    )


def _window(picture: PictureSpec, rng: Random, height: int) -> str:
    floor = height * 0.74
    lean = rng.randint(20, 90)
    wood = blend(picture.ground[1], "#a8713f", 0.28)
    beams = "".join(
        f'<path d="M{x} 0h90l{lean} {floor:.0f}h-130z" fill="{PAPER}" fill-opacity=".42"/>' for x in (60, 230, 400)
    )
    return (
        f'{beams}<path d="M0 {floor:.0f}h600V{height}H0z" fill="{wood}"/>'
        f'<path d="M0 {floor:.0f}h600v10H0z" fill="{PAPER}" fill-opacity=".5"/>'
    )


def _dots(picture: PictureSpec, rng: Random, height: int) -> str:
    name = f"d{picture.seed:x}"
    step, radius = rng.choice(((50, 6), (64, 9), (80, 12)))
    return (
        f'<pattern id="{name}" width="{step}" height="{step}" patternUnits="userSpaceOnUse"'
        ' patternTransform="rotate(30)">'
        f'<circle cx="{step // 2}" cy="{step // 2}" r="{radius}" fill="{PAPER}" fill-opacity=".7"/></pattern>'
        f'<path d="M0 0h600v{height}H0z" fill="url(#{name})"/>'
        f'<circle cx="300" cy="{height * 0.53:.0f}" r="{rng.randint(225, 250)}"'
        f' fill="{blend(picture.ground[1], PAPER, 0.45)}"/>'
    )


def _checks(picture: PictureSpec, rng: Random, height: int) -> str:
    name = f"c{picture.seed:x}"
    size = rng.choice((60, 75, 100))
    return (
        f'<pattern id="{name}" width="{size}" height="{size}" patternUnits="userSpaceOnUse">'
        f'<path d="M0 0h{size // 2}v{size}H0zM0 0h{size}v{size // 2}H0z" fill="{PAPER}" fill-opacity=".33"/></pattern>'
        f'<path d="M0 0h600v{height}H0z" fill="url(#{name})"/>'
    )


def _blobs(picture: PictureSpec, rng: Random, height: int) -> str:
    tint = blend(picture.ground[1], picture.accent, 0.22)
    spots = ((60, height * 0.12, 150), (560, height * 0.86, 210), (540, height * 0.1, 70), (40, height * 0.9, 110))
    return "".join(
        f'<ellipse cx="{x}" cy="{y:.0f}" rx="{r}" ry="{r * 0.84:.0f}"'
        f' transform="rotate({rng.randint(-40, 40)} {x} {y:.0f})"'
        f' fill="{tint}" fill-opacity=".6"/>'
        for x, y, r in spots
    )


SETTINGS = (_sun, _arch, _hills, _window, _dots, _checks, _blobs)


def _still(picture: PictureSpec, rng: Random) -> str:
    x, y = 300 + rng.randint(-12, 12), 306 + rng.randint(-8, 8)
    scale = rng.uniform(1.1, 1.22)
    shadow = _shadow(300, y + 184 * scale, rng.randint(150, 190), 20)
    return shadow + _place(picture, 0, (x, y, scale), rng) + _garnish(picture, rng, 600)


def _scene(picture: PictureSpec, rng: Random) -> str:
    spots = rng.choice(ARRANGEMENTS[len(picture.motifs)])
    parts = []
    for index, (x, y, scale) in enumerate(spots):
        x, y = x + rng.randint(-14, 14), y + rng.randint(-14, 14)
        parts.append(_shadow(x, y + 184 * scale, 150 * scale, 18 * scale))
        parts.append(_place(picture, index, (x, y, scale), rng))
    return "".join(parts) + _garnish(picture, rng, 800)


def _shadow(x: int, y: float, rx: float, ry: float) -> str:
    return f'<ellipse cx="{x}" cy="{y:.0f}" rx="{rx:.0f}" ry="{ry:.0f}" fill="{INK}" fill-opacity=".14"/>'


def _place(picture: PictureSpec, index: int, spot: tuple[int, int, float], rng: Random) -> str:
    x, y, scale = spot
    main, light = picture.colours[index], blend(picture.colours[index], PAPER, 0.62)
    motif = picture.motifs[index]
    paint, definition = _fabric(picture, index, rng) if motif in CLOTHLIKE and rng.random() < 0.4 else (main, "")
    shape = MOTIFS[motif].format(m=paint, d=blend(main, "#2b2430", 0.3), l=light, a=picture.accent, i=INK, w=PAPER)
    mirror = rng.choice((1, 1, -1))
    turn = rng.uniform(-5, 5)
    return (
        f'{definition}<g transform="translate({x} {y}) rotate({turn:.1f}) scale({mirror * scale:.2f} {scale:.2f})">'
        f"{shape.replace(chr(10), '')}</g>"
    )


def _fabric(picture: PictureSpec, index: int, rng: Random) -> tuple[str, str]:
    """Return a paint for the motif's main colour and the definition it needs: stripes, spots or a weave."""
    name, main = f"f{picture.seed:x}{index}", picture.colours[index]
    tint = blend(main, PAPER, 0.38)
    mark = rng.choice(
        (
            f'<path d="M0 0h28v11H0z" fill="{tint}"/>',
            f'<circle cx="14" cy="14" r="5" fill="{tint}"/>',
            f'<path d="M0 0h28v6H0zM0 0h6v28H0z" fill="{tint}" fill-opacity=".8"/>',
        )
    )
    definition = (
        f'<pattern id="{name}" width="28" height="28" patternUnits="userSpaceOnUse"'
        f' patternTransform="rotate({rng.choice((0, 45, 90))})"><path d="M0 0h28v28H0z" fill="{main}"/>{mark}</pattern>'
    )
    return f"url(#{name})", definition


def _garnish(picture: PictureSpec, rng: Random, height: int) -> str:
    corners = [(76, 84), (524, 92), (80, height - 84), (522, height - 76)]
    chosen = rng.sample(corners, rng.randint(1, 2))
    garnish = rng.choice((_sparkle, _sparkle, _sprig, _drops))
    return "".join(garnish(picture, x, y, rng) for x, y in chosen)


def _sparkle(picture: PictureSpec, x: int, y: int, rng: Random) -> str:
    size = rng.randint(18, 34)
    return (
        f'<path transform="translate({x} {y})" d="M0-{size}Q4-4 {size} 0 4 4 0 {size} -4 4-{size} 0-4-4 0-{size}z"'
        f' fill="{PAPER}"/>'
        f'<circle cx="{x + size}" cy="{y + size}" r="6" fill="{picture.accent}"/>'
    )


def _sprig(picture: PictureSpec, x: int, y: int, rng: Random) -> str:
    return (
        f'<g transform="translate({x} {y}) rotate({rng.randint(-60, 60)})">'
        '<path d="M0 50V-44" stroke="#6f9a73" stroke-width="5"/>'
        '<path d="M0 26q-40-4-44-36 36 0 44 36zM0 6q40-4 44-36-36 0-44 36zM0-22q-30-4-32-32 28 2 32 32z'
        'M0-40q-8-24 6-40 14 22-6 40z" fill="#86ad85"/></g>'
    )


def _drops(picture: PictureSpec, x: int, y: int, rng: Random) -> str:
    near = blend(picture.accent, PAPER, 0.4)
    return (
        f'<circle cx="{x}" cy="{y}" r="{rng.randint(16, 26)}" fill="{near}"/>'
        f'<circle cx="{x + 34}" cy="{y - 22}" r="9" fill="{PAPER}"/>'
        f'<circle cx="{x - 20}" cy="{y + 34}" r="7" fill="{picture.accent}"/>'
    )
