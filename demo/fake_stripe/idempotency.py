"""What was answered to a key before is answered again; the same key with another question is refused."""

from collections.abc import Callable

from demo.fake_stripe.problems import Problem

Answer = tuple[int, bytes]


class Keys:
    def __init__(self) -> None:
        self._answers: dict[str, tuple[str, Answer]] = {}

    def once(self, key: str, asked: str, act: Callable[[], Answer]) -> tuple[Answer, bool]:
        """The answer, and whether it is an old one. Answers of the kinds 5xx and 429 are not kept."""
        if key in self._answers:
            question, answer = self._answers[key]
            if question != asked:
                raise Problem(
                    400,
                    "idempotency_error",
                    "Keys for idempotent requests can only be used with the parameters they were first used with.",
                )
            return answer, True
        answer = act()
        if answer[0] < 500 and answer[0] != 429:
            self._answers[key] = asked, answer
        return answer, False
