"""How large an audience is, told so that nobody can be singled out: rounded, and below 100 not at all."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from chengfeng.templatetags.frame import count

FLOOR = 100


@dataclass(frozen=True, slots=True)
class Size:
    """About so many people; fewer than that many if `is_below`."""

    people: int
    is_below: bool = False

    def __str__(self):
        if self.is_below:
            return _("fewer than %(people)s") % {"people": count(self.people)}
        return _("about %(people)s") % {"people": count(self.people)}


def rounded(people: int) -> Size:
    """Return a number of people to two digits, or that it is below the floor."""
    if people < FLOOR:
        return Size(FLOOR, is_below=True)
    unit = 10 ** (len(str(people)) - 2)
    return Size((people + unit // 2) // unit * unit)
