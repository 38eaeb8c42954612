"""The load: journeys of requests over kept-alive connections to loopback, sent from a process of its own."""

import gc
import http.client
import json
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from .result import percentile

PATIENCE = 30.0  # seconds for one answer
YIELD = 0.0002  # seconds, so that no person's answer waits for another's turn
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@dataclass(frozen=True, slots=True)
class Step:
    """One request; `{code}` in its path stands for the `code` of the answer before it."""

    method: str
    path: str
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


Journey = Sequence[Step]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a step of a journey got: 0 is the status of no answer at all."""

    step: int
    status: int
    ms: float


@dataclass(frozen=True, slots=True)
class Traffic:
    """What became of some journeys, and how long all of them took together."""

    seconds: float
    answers: Sequence[Answer]

    def count(self, status: int, *, step: int = 0) -> int:
        return sum(answer.status == status and answer.step == step for answer in self.answers)

    def rate(self, status: int = 200, *, step: int = 0) -> float:
        """Return the answers to a step per second; raises Refused unless every answer of the journeys is good."""
        bad = sorted({answer.status for answer in self.answers if not 200 <= answer.status < 300})
        if bad:
            raise Refused(f"answers with status {bad}")
        return self.count(status, step=step) / self.seconds

    def ms(self, percent: int, *, steps: Sequence[int] = (0,)) -> float:
        """Return the time that `percent` of the answers to those steps did not exceed."""
        return percentile([answer.ms for answer in self.answers if answer.step in steps], percent)


class Refused(Exception):
    """The site did not answer as it should."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where the web server listens."""

    host: str
    port: int

    def drive(self, journeys: Sequence[Journey], *, people: int, per_second: float | None = None) -> Traffic:
        """Send the journeys, as many at once as there are people, and return what became of them.

        With `per_second` each sets out when it is due, and its first answer is timed from then on.
        """
        plan = {"host": self.host, "port": self.port, "people": people, "per_second": per_second}
        plan["journeys"] = [[asdict(step) for step in journey] for journey in journeys]
        done = subprocess.run(
            ["setpriv", "--pdeathsig=TERM", "--", sys.executable, "-m", "bench.load"],
            input=json.dumps(plan).encode(), stdout=subprocess.PIPE, check=True,
        )  # fmt: skip
        told = json.loads(done.stdout)
        return Traffic(told["seconds"], [Answer(*answer) for answer in told["answers"]])

    def idle(self, requests: int, *, people: int, per_second: float | None = None) -> Traffic:
        """Ask an empty view that many times."""
        return self.drive([[Step("GET", "/healthz")]] * requests, people=people, per_second=per_second)


class Crowd:
    """People who start together and take journeys from one pile until none is left."""

    def __init__(self, host: str, port: int, people: int, journeys: Sequence[Journey], per_second: float | None = None):
        dues = [number / per_second if per_second else 0.0 for number in range(len(journeys))]
        self.address, self.pile, self.answers = (host, port), deque(zip(dues, journeys, strict=True)), []
        self.is_timed, self.begun = per_second is not None, 0.0
        self.ready = threading.Barrier(people + 1, action=self._begin)
        self.threads = [threading.Thread(target=self._live, daemon=True) for _ in range(people)]

    def run(self) -> float:
        """Let everybody go, and return the seconds until the last one is back."""
        for thread in self.threads:
            thread.start()
        self.ready.wait()
        for thread in self.threads:
            thread.join()
        return time.perf_counter() - self.begun

    def _begin(self) -> None:
        self.begun = time.perf_counter()

    def _live(self) -> None:
        connection = http.client.HTTPConnection(*self.address, timeout=PATIENCE)
        connection.connect()
        self.ready.wait()
        while self.pile:
            try:
                due, journey = self.pile.popleft()
            except IndexError:
                break
            self._travel(connection, journey, self._await(due))
        connection.close()

    def _await(self, due: float) -> float | None:
        """Return at the instant when a journey is due, and that instant; None at once where nothing is timed."""
        if not self.is_timed:
            return None
        due += self.begun
        time.sleep(max(due - time.perf_counter(), 0.0))
        return due

    def _travel(self, connection: http.client.HTTPConnection, journey: Journey, begun: float | None) -> None:
        code = ""
        for number, step in enumerate(journey):
            begun = begun or time.perf_counter()
            status, content = _ask(connection, step, code)
            self.answers.append((number, status, 1000 * (time.perf_counter() - begun)))
            begun = None
            if not 200 <= status < 300:
                break
            if number + 1 < len(journey):
                code = json.loads(content)["code"]


def _ask(connection: http.client.HTTPConnection, step: Step, code: str) -> tuple[int, bytes]:
    headers = {"User-Agent": BROWSER, "Content-Type": "application/json", **step.headers}
    try:
        connection.request(step.method, step.path.format(code=code), step.body.encode() or None, headers)
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException):
        connection.close()
        return 0, b""


def main() -> None:
    """Read a plan from stdin, live through it, and write what became of it to stdout."""
    sys.setswitchinterval(YIELD)
    plan = json.load(sys.stdin)
    journeys = [[Step(**step) for step in journey] for journey in plan["journeys"]]
    threading.stack_size(2**18)
    gc.disable()  # a pause here would count as one there
    crowd = Crowd(plan["host"], plan["port"], plan["people"], journeys, plan["per_second"])
    seconds = crowd.run()
    json.dump({"seconds": seconds, "answers": crowd.answers}, sys.stdout)


if __name__ == "__main__":
    main()
