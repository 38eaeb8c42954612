"""Write a shop's posts: a lifestyle note about one to four of its products, with a picture of them."""

from random import Random

from simulation.assortment import Stocked
from simulation.colouring import compose
from simulation.specs import NoteSpec
from simulation.words.english import counted, in_english
from simulation.words.kinds import Pair
from simulation.words.prose import (
    ADVICE,
    AUTHORS,
    CLOSINGS,
    FRIENDS,
    OPENINGS,
    PRAISE,
    SERVICE_ADVICE,
    SERVICE_OPENINGS,
    SERVICE_TITLES,
    TITLES,
    TOPIC_TITLES,
    WHEN,
)
from simulation.words.shops import Shop

GOODS_BANKS = (TITLES, OPENINGS, ADVICE)
SERVICE_BANKS = (SERVICE_TITLES, SERVICE_OPENINGS, SERVICE_ADVICE)


def write_notes(shop: Shop, shelf: list[Stocked], rng: Random) -> list[NoteSpec]:
    """Return about one note for every five products, popular products being written about more often."""
    return [_note(shop, shelf, rng) for _ in range(2 + round(len(shelf) * 0.2))]


def _note(shop: Shop, shelf: list[Stocked], rng: Random) -> NoteSpec:
    tagged = _tagged(shelf, rng)
    words, words_en = _words(shop, tagged[0], rng)
    titles, openings, advice = SERVICE_BANKS if tagged[0].is_service else GOODS_BANKS
    title = rng.choice(titles + TOPIC_TITLES[tagged[0].topic] * 2)
    paragraphs = [rng.choice(openings), *_praises(tagged, rng), rng.choice(advice), rng.choice(CLOSINGS)]
    author = rng.choice(AUTHORS)
    return NoteSpec(
        title=title[0].format(**words),
        title_en=in_english(title[1], words_en),
        body="\n\n".join(text[0].format(**words) for text in paragraphs) + "\n\n" + _hashtags(tagged, shop.city, 0),
        body_en="\n\n".join(in_english(text[1], words_en) for text in paragraphs)
        + "\n\n"
        + _hashtags(tagged, shop.city_en, 1),
        author=author[0],
        author_en=author[1],
        product_ids=tuple(item.product.external_id for item in tagged),
        likes=round(rng.paretovariate(1.1), 3),
        days_ago=int(91 * rng.random() ** 1.3),
        picture=compose("note", tuple(i.kind.motif for i in tagged), tuple(i.colour for i in tagged), rng),
    )


def _tagged(shelf: list[Stocked], rng: Random) -> list[Stocked]:
    """Pick a product by appeal and up to three companions of other kinds from the same shelf."""
    first = rng.choices(shelf, [item.product.appeal for item in shelf])[0]
    others = [item for item in shelf if item.kind is not first.kind]
    tagged = [first]
    for item in rng.sample(others, min(len(others), rng.choices((0, 1, 2, 3), (30, 35, 23, 12))[0])):
        if all(item.kind.motif != chosen.kind.motif for chosen in tagged):
            tagged.append(item)
    return tagged


def _words(shop: Shop, item: Stocked, rng: Random) -> tuple[dict, dict]:
    when, friend, count = rng.choice(WHEN), rng.choice(FRIENDS), rng.randint(3, 21)
    chinese = {"noun": item.kind.noun[0], "city": shop.city, "when": when[0], "friend": friend[0], "count": count}
    english = {"noun": counted(item.kind.noun[1]), "city": shop.city_en, "when": when[1], "friend": friend[1]}
    return chinese, {**english, "count": count}


def _praises(tagged: list[Stocked], rng: Random) -> list[Pair]:
    """Return one finished paragraph per product, never the same sentence twice."""
    spoken: list[Pair] = []
    used: set[str] = set()
    for item in tagged:
        option = rng.choice(item.product.variants)
        bank = [
            text for text in PRAISE[item.topic] if text[0] not in used and (option.options or "{option}" not in text[0])
        ]
        text = rng.choice(bank or PRAISE[item.topic][1:])
        used.add(text[0])
        spoken.append(_speak(text, item, option))
    return spoken


def _speak(text: Pair, item: Stocked, option) -> Pair:
    phrase = counted(item.kind.noun[1], f"{item.style[1]} {item.feature[1]} {item.kind.noun[1]}")
    chinese = text[0].format(title=item.product.title, option="、".join(option.options.values()))
    return chinese, in_english(text[1], {"title": phrase, "option": ", ".join(option.options_en.values())})


def _hashtags(tagged: list[Stocked], city: str, language: int) -> str:
    nouns = dict.fromkeys(item.kind.noun[language] for item in tagged)
    words = [*nouns, city, ("好物分享", "good finds")[language]]
    return " ".join("#" + "".join(part[:1].upper() + part[1:] for part in word.split()) for word in words)
