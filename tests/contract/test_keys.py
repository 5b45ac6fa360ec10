"""Keys: the vectors of RFC 8032, what is refused as a key, what is no signature, who can open what."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from contract.keys import (
    KeyFault,
    OpeningKey,
    SigningKey,
    Trusted,
    VerifyingKey,
    encrypted_to,
    key_id,
)
from tests.golden.hpke_sender import encrypted_by

# RFC 8032, section 7.1: secret key, public key, message, signature of TEST 1, 2, 3 and SHA(abc).
VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe2"
        "4655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302ae"
        "eb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28"
        "dc027beceea1ec40a",
    ),
    (
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e"
        "2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17"
        "ad9bef1177331a704",
    ),
]
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
# The y of all points of order 8: the known encodings 26e8…fc05 and c717…037a (either sign of x).
ORDER_8 = (
    int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"),
    int.from_bytes(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"),
)
NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
seeds = st.binary(min_size=32, max_size=32)


def point(y: int, sign: int = 0) -> bytes:
    return (y | sign << 255).to_bytes(32, "little")


@pytest.mark.parametrize(("secret", "public", "message", "signature"), VECTORS)
def test_signatures_are_those_of_the_rfc(secret: str, public: str, message: str, signature: str) -> None:
    key = SigningKey(bytes.fromhex(secret))
    assert key.verifying.public.hex() == public
    assert key.sign(bytes.fromhex(message)).hex() == signature
    verifying = VerifyingKey(bytes.fromhex(public))
    assert verifying.verifies(bytes.fromhex(signature), bytes.fromhex(message))
    assert not verifying.verifies(bytes.fromhex(signature), bytes.fromhex(message) + b"\0")


@pytest.mark.parametrize("times", range(1, 15))
def test_a_signature_has_one_spelling(times: int) -> None:
    # S + L fits the same equation; RFC 8032, section 5.1.7, wants S below L.
    _, public, message, signature = VECTORS[2]
    r, s = bytes.fromhex(signature)[:32], int.from_bytes(bytes.fromhex(signature)[32:], "little")
    again = r + (s + times * L).to_bytes(32, "little")
    assert not VerifyingKey(bytes.fromhex(public)).verifies(again, bytes.fromhex(message))


@pytest.mark.parametrize("length", [0, 1, 63, 65, 128])
def test_a_signature_has_one_length(length: int) -> None:
    assert not SigningKey(bytes(32)).verifying.verifies(bytes(length), b"")


@pytest.mark.parametrize("sign", [0, 1])
@pytest.mark.parametrize("y", [0, 1, P - 1, *ORDER_8])
def test_a_key_of_small_order_is_none(y: int, sign: int) -> None:
    with pytest.raises(KeyFault, match="small order"):
        VerifyingKey(point(y, sign))


def test_what_the_refusal_is_there_for() -> None:
    # The library takes the point of order 1 as a key, and this as its signature of whatever one likes.
    key = Ed25519PublicKey.from_public_bytes(point(1))
    key.verify(point(1) + bytes(32), b"a message")
    key.verify(point(1) + bytes(32), b"another")


@pytest.mark.parametrize("sign", [0, 1])
@pytest.mark.parametrize("y", range(P, 2**255))
def test_a_key_has_one_spelling(y: int, sign: int) -> None:
    with pytest.raises(KeyFault, match="one way"):
        VerifyingKey(point(y, sign))


@pytest.mark.parametrize("y", [2, 7])
def test_bytes_that_are_no_point_are_no_key(y: int) -> None:
    with pytest.raises(KeyFault, match="no point"):
        VerifyingKey(point(y))


@pytest.mark.parametrize("length", [0, 31, 33])
def test_keys_have_32_bytes(length: int) -> None:
    with pytest.raises(KeyFault, match=f"not {length}$"):
        VerifyingKey(bytes(length))
    with pytest.raises(KeyFault, match=f"not {length}$"):
        SigningKey(bytes(length))
    with pytest.raises(KeyFault, match=f"not {length}$"):
        OpeningKey(bytes(length))
    with pytest.raises(KeyFault, match=f"not {length}$"):
        encrypted_to(bytes(length), b"plain", b"info")


@given(seeds)
def test_every_key_that_is_made_is_taken_and_shows_only_its_id(seed: bytes) -> None:
    key = SigningKey(seed)
    assert repr(key) == f"SigningKey({key_id(key.verifying.public).hex()})"
    assert repr(key.verifying) == f"VerifyingKey({key.id.hex()})"
    assert key.verifying == VerifyingKey(key.verifying.public)
    assert hash(key.verifying) == hash(VerifyingKey(key.verifying.public))
    assert key.verifying != key.verifying.public
    assert len(key.id) == 10


def test_a_key_is_known_among_others_and_shows_no_secret() -> None:
    key, other = SigningKey(bytes(32)).verifying, SigningKey(bytes([1] * 32)).verifying
    assert {key, VerifyingKey(key.public), other} == {key, other}
    opening = OpeningKey(bytes([1] * 32))
    assert repr(opening) == f"OpeningKey({key_id(opening.public).hex()})"


@given(seeds, st.binary(max_size=200), st.binary(max_size=64))
def test_what_is_encrypted_to_a_key_it_opens_for_the_same_purpose(seed: bytes, plain: bytes, info: bytes) -> None:
    key = OpeningKey(seed)
    encrypted = encrypted_to(key.public, plain, info)
    assert len(encrypted) == len(plain) + 48
    assert key.opened(encrypted, info) == plain
    for other, under, changed in (
        (OpeningKey(seed[1:] + b"\x55"), info, encrypted),
        (key, info + b"\0", encrypted),
        (key, info, encrypted[:-1]),
        (key, info, encrypted[:31]),
        (key, info, b""),
        (key, info, bytes(32) + encrypted[32:]),
        (key, info, encrypted + b"\0"),
    ):
        if other.public != key.public or under != info or changed != encrypted:
            with pytest.raises(KeyFault, match="does not open"):
                other.opened(changed, under)
    assert repr(key) == f"OpeningKey({key_id(key.public).hex()})"


def test_the_golden_sender_is_the_one_of_the_rfc() -> None:
    # RFC 9180, appendix A.2.1: X25519, HKDF-SHA256, ChaCha20Poly1305, base mode, sequence number 0.
    recipient = OpeningKey(bytes.fromhex("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb"))
    assert recipient.public.hex() == "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a"
    ephemeral = bytes.fromhex("f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600")
    sent = encrypted_by(
        ephemeral, recipient.public, b"Beauty is truth, truth beauty", b"Ode on a Grecian Urn", b"Count-0"
    )
    assert sent.hex() == (
        "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a"
        "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28"
    )


@given(seeds, seeds, st.binary(max_size=200), st.binary(max_size=64))
def test_what_another_implementation_encrypts_opens(seed: bytes, other: bytes, plain: bytes, info: bytes) -> None:
    key = OpeningKey(seed)
    assert key.opened(encrypted_by(other, key.public, plain, info), info) == plain


@pytest.mark.parametrize("u", [0, 1, P - 1, P, P + 1])
def test_nothing_is_encrypted_to_a_key_of_small_order(u: int) -> None:
    with pytest.raises(KeyFault, match="small order"):
        encrypted_to(point(u), b"plain", b"info")


def test_an_old_key_counts_until_its_instant_and_not_at_it() -> None:
    new, old, none = (SigningKey(bytes([number]) * 32).verifying for number in range(3))
    trusted = Trusted(new, 2, old, NOON)
    before = NOON - timedelta(microseconds=1)
    assert trusted.key(new.id, NOON) == new
    assert trusted.key(old.id, before) == old
    assert trusted.key(old.id, NOON) is None
    assert trusted.key(none.id, before) is None
    assert Trusted(new).key(old.id, before) is None


def test_trust_is_in_two_keys_at_most_that_differ() -> None:
    key = SigningKey(bytes(32)).verifying
    other = SigningKey(b"\1" * 32).verifying
    for generation, old, until in ((1, key, NOON), (1, other, None), (1, None, NOON), (0, None, None)):
        with pytest.raises(KeyFault):
            Trusted(key, generation, old, until)
