"""Days of the demo: what hangs on chance is the same when a day is lived through again."""

from simulation.living import chance
from simulation.words import reviews


def test_the_same_question_about_the_same_thing_has_the_same_answer():
    assert chance.of("ord_1", "way").random() == chance.of("ord_1", "way").random()
    assert chance.of("ord_1", "way").random() != chance.of("ord_1", "back").random()


def test_few_stars_are_never_given_with_praise():
    praise = {text for bank in reviews.GOOD.values() for text in bank}
    said = {reviews.say("fashion", stars, chance.of(n, "say")) for stars in (1, 2, 3) for n in range(200)}
    assert not said & praise
