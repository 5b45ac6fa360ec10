"""The enrolment code: what is shown is what is read, however it was typed; what was mistyped is said."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.card import ALPHABET
from contract.enrolment_code import CODE_LETTERS, Code, EnrolError, EnrolWhy, make_code, read_code
from contract.keys import key_id

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parents[1] / "golden" / "seals.json").read_text("utf-8"))

codes = st.builds(Code, st.binary(min_size=10, max_size=10), st.binary(min_size=10, max_size=10))
CODE = make_code(bytes(range(10)), bytes(range(32)))


def refusal(text: str) -> str:
    with pytest.raises(EnrolError) as caught:
        read_code(text)
    assert caught.value.why is EnrolWhy.CODE_UNREADABLE
    return str(caught.value)


def test_golden_code() -> None:
    golden = GOLDEN["code"]
    code = make_code(bytes.fromhex(golden["secret"]), bytes.fromhex(GOLDEN["seal"]["public"]))
    assert code.text() == golden["text"]
    assert code.fingerprint.hex() == golden["fingerprint"] == GOLDEN["seal"]["kid"]
    assert code.id.hex() == golden["id"]
    assert code.mac_key.hex() == golden["mac_key"]
    assert read_code(golden["text"]) == code


@given(codes, st.data())
def test_a_code_reads_however_it_was_typed(code: Code, data: st.DataObject) -> None:
    text = code.text()
    assert read_code(text) == code
    between = data.draw(st.sampled_from(["", " ", "\N{NO-BREAK SPACE}", "-", " - ", "\N{EN DASH}", "\t", "\n"]))
    typed = between.join(text.split("-"))
    mixed = "".join(letter.lower() if data.draw(st.booleans()) else letter for letter in typed)
    assert read_code(f" {mixed} ") == code


def test_a_code_is_groups_of_four_letters() -> None:
    assert len(CODE.text().replace("-", "")) == CODE_LETTERS == 41
    assert [len(group) for group in CODE.text().split("-")] == [4] * 10 + [1]


@given(codes, st.integers(0, CODE_LETTERS - 1), st.sampled_from(ALPHABET))
def test_a_mistyped_letter_is_noticed(code: Code, place: int, letter: str) -> None:
    letters = code.text().replace("-", "")
    typed = letters[:place] + letter + letters[place + 1 :]
    if typed != letters:
        assert "mistyped" in refusal(typed)


@given(codes, st.integers(0, CODE_LETTERS - 2))
def test_two_letters_the_other_way_about_are_noticed(code: Code, place: int) -> None:
    letters = code.text().replace("-", "")
    typed = letters[:place] + letters[place + 1] + letters[place] + letters[place + 2 :]
    if typed != letters:
        assert "swapped" in refusal(typed)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "it has 0 letters, and a code has 41"),
        (CODE.text()[:-1], "it has 40 letters"),
        (CODE.text() + "B", "it has 42 letters"),
        ("a" + CODE.text()[1:], "it has 'A'; a code is made of BCDFGHJKLNPRSTVX only"),
        ("0" + CODE.text()[1:], "it has '0'"),
        ("\N{LATIN SMALL LETTER LONG S}" + CODE.text()[1:], "it has '\N{LATIN SMALL LETTER LONG S}'"),
        ("0123456789", "it has '0', '1', '2'; a code"),
        (CODE.text()[:-1] + ("C" if CODE.text()[-1] == "B" else "B"), "a letter is mistyped"),
    ],
)
def test_what_is_wrong_is_said(typed: str, says: str) -> None:
    assert says in refusal(typed)


def test_no_repr_and_no_id_shows_the_secret() -> None:
    assert CODE.secret.hex() not in repr(CODE)
    assert repr(CODE.secret) not in repr(CODE)
    assert CODE.id != CODE.mac_key
    assert CODE.fingerprint == key_id(bytes(range(32)))


@pytest.mark.parametrize("length", [0, 9, 11])
def test_a_secret_has_one_length(length: int) -> None:
    with pytest.raises(EnrolError) as caught:
        make_code(bytes(length), bytes(32))
    assert caught.value.why is EnrolWhy.WRONG_SIZE
