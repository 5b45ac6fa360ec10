"""How the replica follows its feed: a pure state machine. Events in, actions out; no I/O, no clock of its own.

The rules:
- The *frontier* is where the replica (in LOADING: the fresh one) will stand when all actions that were given out
  are done. A page or live rows are taken only if they begin exactly there; what is newer is a gap, and is pulled.
- One pull is out at a time. Only the page that repeats its nonce answers it; overdue (edge/core/overdue.py: after
  5 s, or soon once a head was heard), it is asked again with the same nonce. The next page is asked for as soon as
  one has come, while at most PAGES_WAITING_MAX wait.
- Connecting always asks, so that what was said meanwhile is made good and the answer proves the replica; so does
  a minute without an answer: the next one tells that the hub is there, and its time.
- An epoch above the one followed, no whole replica, or a hub that forgot what left since, and answers from the
  beginning: a fresh one is loaded beside the old one, which decides until then. Nothing goes back.
- Whenever the hub names the digest at a position, the replica must have it there. If not, a fresh one is loaded.
- After a fault (a mismatch, or an action that failed) the machine rests, longer each time until a digest has been
  right again. A mismatch, and the third fault in a row, whatever it was, is healed by a fresh replica.

  state        | whole replica | what goes on                                     | then
  FOLLOWING    | yes           | live rows are applied as they come               | CATCHING_UP, LOADING, RESTING
  CATCHING_UP  | yes           | pages are pulled and applied                     | FOLLOWING, LOADING, RESTING
  LOADING      | perhaps       | pages are pulled and loaded into a fresh replica | PROVING, RESTING
  PROVING      | perhaps       | the fresh replica is whole and being recounted   | any other
  RESTING      | perhaps       | after a fault: nothing                           | CATCHING_UP, LOADING
"""

from collections import deque
from collections.abc import Callable
from typing import Final

from contract.facts import Position
from contract.feed import Row
from contract.messages import Head, Live, Page
from edge.core import sync_events as sync
from edge.core.feed_order import reason_to_drop
from edge.core.inquiry import Inquiry, Question
from edge.core.patience import Patience
from edge.core.sync_events import State

PAGES_WAITING_MAX: Final = 4
"""Pages that came and are not applied yet: one is being written, the others hide the network's round trip."""
LIVE_WAITING_MAX: Final = 64


class ReplicaSync:
    """`handle` takes an event and the monotonic time, and returns what to do."""

    def __init__(self, feed: str, position: Position | None, digest: int, new_id: Callable[[], bytes]) -> None:
        """`position` and `digest` are the whole replica's, if there is one of `feed`; `new_id` gives nonces."""
        self._feed = feed
        self._position = position
        self._digest = digest
        self._state = State.LOADING if position is None else State.FOLLOWING
        self._connected = False
        # Of the replica that is being moved on; epoch 0: not known yet which epoch it will be.
        self._epoch = 0 if position is None else position.epoch
        self._frontier = 0 if position is None else position.sequence
        self._fresh_begun = False
        self._heard = (self._epoch, self._frontier)
        self._waiting = 0
        self._expected: deque[int | None] = deque()
        self._proof: int | None = None
        self._inquiry = Inquiry(new_id)
        self._patience = Patience()
        self._after_rest = State.LOADING
        self._actions: list[sync.Action] = []

    @property
    def state(self) -> State:
        return self._state

    @property
    def awaits_page(self) -> bool:
        """Whether a pull is out."""
        return self._inquiry.is_out

    @property
    def position(self) -> Position | None:
        """Where the whole replica stands, as far as the machine was told."""
        return self._position

    def take_answer(self) -> sync.Answer | None:
        """What the hub's last answer said beside its rows, once; None where nothing has come since."""
        return self._inquiry.take_answer()

    def handle(self, event: sync.Event, at_s: float) -> list[sync.Action]:
        self._actions = []
        self._dispatch(event, at_s)
        self._ask(at_s)
        return self._actions

    def _dispatch(self, event: sync.Event, at_s: float) -> None:
        match event:
            case Head():
                self._hear_head(event, at_s)
            case Live():
                self._hear_live(event)
            case Page():
                self._hear_page(event, at_s)
            case sync.Applied():
                self._note_applied(event, at_s)
            case sync.Loaded():
                self._waiting -= 1
            case sync.Finished():
                self._note_finished(event.exact, at_s)
            case _:
                self._dispatch_rest(event, at_s)

    def _dispatch_rest(self, event: sync.Circumstance, at_s: float) -> None:
        match event:
            case sync.Connected():
                self._connected = True
                if self._state is State.FOLLOWING:
                    self._state = State.CATCHING_UP
            case sync.Disconnected():
                self._connected = False
                self._inquiry.end()
            case sync.Failed():
                self._note_failed(at_s)
            case sync.ReplicaLost():
                self._note_lost()
            case sync.ReplicaInexact():
                if self._state not in (State.LOADING, State.PROVING):
                    self._note_mismatch(at_s)
            case sync.Resync() if self._state is not State.PROVING:
                self._load_afresh(self._epoch)
            case _:
                self._note_time(at_s)

    # What the hub says

    def _hear(self, feed: str, epoch: int, sequence: int, what: str) -> bool:
        """Take note of how far the feed is, all that is done outside FOLLOWING; whether it is of the epoch."""
        if feed != self._feed or epoch < self._epoch:
            self._actions.append(sync.Dropped(what, f"of feed {feed!r} in epoch {epoch}"))
            return False
        self._heard = max(self._heard, (epoch, sequence))
        if epoch > self._epoch > 0 and self._state not in (State.PROVING, State.RESTING):
            self._load_afresh(epoch)
        return epoch == self._epoch

    def _hear_head(self, head: Head, at_s: float) -> None:
        self._inquiry.hear_hub()
        if not self._hear(head.feed, head.epoch, head.sequence, "head") or self._state is not State.FOLLOWING:
            return
        if head.sequence != self._frontier and not (head.sequence < self._frontier and self._waiting):
            self._state = State.CATCHING_UP  # below: late, or a hub put back from a backup, which the pull tells
        elif head.sequence == self._frontier and not self._waiting:
            self._compare(_number(head.digest), at_s)

    def _hear_live(self, live: Live) -> None:
        if not self._hear(live.feed, live.epoch, live.upto, "live") or self._state is not State.FOLLOWING:
            return
        if live.upto <= self._frontier:
            return
        if live.after != self._frontier or self._waiting >= LIVE_WAITING_MAX:
            self._state = State.CATCHING_UP
            return
        self._give_apply(live.rows, live.upto, _number(live.digest))

    def _hear_page(self, page: Page, at_s: float) -> None:
        question = self._inquiry.answered_by(page.nonce)
        if question is None:
            self._actions.append(sync.Dropped("page", "answers no question", sync.UNASKED))
            return
        why = reason_to_drop(page, self._feed, question.pull, self._position)
        if why is not None:
            self._actions.append(sync.Dropped("page", why))
            return
        self._inquiry.answer(question, page)
        self._hear(page.feed, page.epoch, page.head, "page")
        if page.epoch > self._epoch or page.after == 0 != self._frontier:
            self._load_afresh(page.epoch)
        if page.after != self._frontier or page.epoch > question.pull.epoch > 0:
            return
        if self._state is State.CATCHING_UP:
            self._take_news(page, question, at_s)
        else:
            self._take_fresh(page)

    def _take_news(self, page: Page, question: Question, at_s: float) -> None:
        digest = _number(page.digest)
        if page.upto > self._frontier:
            self._give_apply(page.rows, page.upto, digest)
        elif self._expected:
            self._expected[-1] = digest
        else:
            self._compare(digest, at_s)
        # Whatever was heard of before the question was asked, the answer to it holds.
        nothing_since = self._heard == max(question.heard, (page.epoch, page.head))
        if digest is not None and nothing_since and self._state is State.CATCHING_UP:
            self._state = State.FOLLOWING

    def _take_fresh(self, page: Page) -> None:
        if not self._fresh_begun:
            self._fresh_begun = True
            self._actions.append(sync.StartFresh(page.epoch, page.head))
        self._actions.append(sync.Load(page.rows, page.upto))
        self._waiting += 1
        self._frontier = page.upto
        self._proof = _number(page.digest)
        if self._proof is not None:
            self._actions.append(sync.FinishFresh(Position(self._feed, self._epoch, page.upto), self._proof))
            self._state = State.PROVING

    def _give_apply(self, rows: list[Row], upto: int, digest: int | None) -> None:
        self._actions.append(sync.Apply(rows, upto))
        self._expected.append(digest)
        self._waiting += 1
        self._frontier = upto

    # What became of the actions

    def _note_applied(self, applied: sync.Applied, at_s: float) -> None:
        self._waiting -= 1
        expected = self._expected.popleft()
        if self._position is not None:
            self._position = Position(self._feed, self._position.epoch, applied.upto)
        self._digest = applied.digest
        if expected is not None and self._state in (State.FOLLOWING, State.CATCHING_UP):
            self._compare(expected, at_s)

    def _note_finished(self, exact: bool, at_s: float) -> None:
        if not exact:
            self._note_mismatch(at_s)
            return
        self._position = Position(self._feed, self._epoch, self._frontier)
        self._digest = self._proof or 0
        self._state = State.FOLLOWING
        self._fresh_begun = False
        if self._heard[0] > self._epoch:
            self._load_afresh(self._heard[0])
        elif self._heard[1] > self._frontier:
            self._state = State.CATCHING_UP

    def _compare(self, digest: int | None, at_s: float) -> None:
        if digest == self._digest:
            self._patience.right()
        else:
            self._note_mismatch(at_s)

    def _note_mismatch(self, at_s: float) -> None:
        self._actions.append(sync.Mismatch(Position(self._feed, self._epoch, self._frontier)))
        self._rest(State.LOADING, at_s)

    def _note_failed(self, at_s: float) -> None:
        self._waiting = 0
        self._expected.clear()
        catching_up = self._state in (State.FOLLOWING, State.CATCHING_UP) or (
            self._state is State.RESTING and self._after_rest is State.CATCHING_UP
        )
        self._rest(State.CATCHING_UP if catching_up else State.LOADING, at_s)

    def _note_lost(self) -> None:
        self._position = None
        self._after_rest = State.LOADING
        if self._state in (State.FOLLOWING, State.CATCHING_UP):
            self._load_afresh(self._epoch)

    # Resting, beginning afresh, asking

    def _rest(self, then: State, at_s: float) -> None:
        self._patience.fault(at_s)
        self._state = State.RESTING
        self._inquiry.end()
        afresh = self._position is None or self._patience.exhausted
        self._after_rest = State.LOADING if afresh else then

    def _end_rest(self) -> None:
        newest = max(self._epoch, self._heard[0])
        if self._after_rest is State.LOADING or self._position is None or newest > self._epoch:
            self._load_afresh(newest)
        else:
            self._frontier = self._position.sequence
            self._state = State.CATCHING_UP

    def _load_afresh(self, epoch: int) -> None:
        if 0 < self._epoch < epoch:
            self._actions.append(sync.NewEpoch())
        self._epoch = epoch
        self._frontier = 0
        self._fresh_begun = False
        self._inquiry.end()
        self._state = State.LOADING

    def _note_time(self, at_s: float) -> None:
        if self._state is State.RESTING and self._patience.rested(at_s):
            self._end_rest()
        elif self._state is State.FOLLOWING and self._connected and self._inquiry.is_due(at_s):
            self._state = State.CATCHING_UP

    def _ask(self, at_s: float) -> None:
        loads = self._state is State.LOADING
        wants = (loads or self._state is State.CATCHING_UP) and self._waiting < PAGES_WAITING_MAX
        if self._inquiry.is_out:
            self._actions += self._inquiry.again(at_s)
        elif wants and self._connected:
            self._actions.append(self._inquiry.ask(self._epoch, self._frontier, loads, self._heard, at_s))


def _number(digest: bytes | None) -> int | None:
    return None if digest is None else int.from_bytes(digest, "big")
