"""Who sends events, and what that alone says against them."""

from dataclasses import dataclass, field
from uuid import UUID

from shops.models import Membership, User

from .agents import is_robot
from .networks import is_data_centre, network_of
from .reasons import Reason


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who sends events: agent, address, whether the browser only fetched ahead, and who is logged in, if anybody."""

    agent: str = ""
    is_prefetch: bool = False
    user: User | None = None
    address: str = ""
    shopper: UUID | None = None
    _employers: list = field(default_factory=list, compare=False)

    @property
    def network(self) -> bytes | None:
        return network_of(self.address)

    @property
    def employers(self) -> frozenset[int]:
        """The merchants that the visitor works for; asks the database once, about the logged-in only."""
        if self.user is None or not self.user.is_authenticated:
            return frozenset()
        if not self._employers:
            mine = Membership.objects.filter(user=self.user, revoked_at=None)
            self._employers.append(frozenset(mine.values_list("merchant_id", flat=True)))
        return self._employers[0]

    def verdict(self) -> str:
        """Return why nothing that the visitor sends counts, or an empty text."""
        if not self.agent.strip():
            return Reason.NO_AGENT
        if is_robot(self.agent):
            return Reason.ROBOT
        if self.is_prefetch:
            return Reason.PREFETCH
        return Reason.DATA_CENTRE if is_data_centre(self.address) else ""
