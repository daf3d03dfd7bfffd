"""The keys: what they seal, how they are kept, how they rotate."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.store import Keyring
from bot.store.errors import KeyringError, KeysExposed, Unreadable


def test_what_is_sealed_opens_again_and_looks_different_each_time() -> None:
    keyring = Keyring.generate()

    one, two = keyring.seal(b"secret", "t.c"), keyring.seal(b"secret", "t.c")

    assert one != two
    assert keyring.open(one, "t.c") == keyring.open(two, "t.c") == b"secret"


@pytest.mark.parametrize("at", [0, 5, 20, -1])
def test_one_changed_byte_anywhere_is_refused(at: int) -> None:
    keyring = Keyring.generate()
    sealed = bytearray(keyring.seal(b"secret", "t.c"))
    sealed[at] ^= 1

    with pytest.raises(Unreadable):
        keyring.open(bytes(sealed), "t.c")


@pytest.mark.parametrize("sealed", [b"", b"abc", b"0123456789abcdef"])
def test_what_was_never_sealed_is_refused(sealed: bytes) -> None:
    with pytest.raises(Unreadable):
        Keyring.generate().open(sealed, "t.c")


def test_another_place_does_not_open_it() -> None:
    keyring = Keyring.generate()

    with pytest.raises(Unreadable):
        keyring.open(keyring.seal(b"secret", "t.c"), "t.d")


def test_after_rotation_the_old_still_opens_and_the_new_needs_the_new_key() -> None:
    old = Keyring.generate()
    new = old.rotated()
    before, after = old.seal(b"1", "c"), new.seal(b"2", "c")

    assert (new.open(before, "c"), new.open(after, "c")) == (b"1", b"2")
    assert new.lookup("x", "c") == old.lookup("x", "c")
    with pytest.raises(Unreadable):
        old.open(after, "c")


def test_a_file_has_its_own_key_and_comes_back_whole() -> None:
    keyring = Keyring.generate()
    picture = bytes(range(256)) * 1000

    sealed = keyring.seal_file(picture, "pictures/1")

    assert keyring.open_file(sealed, "pictures/1") == picture
    with pytest.raises(Unreadable):
        keyring.open_file(sealed, "pictures/2")
    with pytest.raises(Unreadable):
        keyring.open_file(sealed[:-1] + bytes([sealed[-1] ^ 1]), "pictures/1")


def test_a_lookup_hash_is_equal_only_for_equal_text_in_one_context_under_one_key() -> None:
    keyring = Keyring.generate()

    assert keyring.lookup("110101", "certno") == keyring.lookup("110101", "certno")
    assert len({keyring.lookup("110101", "certno"), keyring.lookup("110101", "card"), Keyring.generate().lookup("110101", "certno")}) == 3
    assert keyring.lookup("bc", "a") != keyring.lookup("c", "ab")


def test_the_first_start_makes_a_key_file_that_only_its_owner_can_read(tmp_path: Path) -> None:
    path = tmp_path / "data" / "keys.json"

    sealed = Keyring.from_file(path).seal(b"secret", "c")

    assert path.stat().st_mode & 0o777 == 0o600
    assert Keyring.from_file(path).open(sealed, "c") == b"secret"
    assert [entry.name for entry in path.parent.iterdir()] == ["keys.json"]


def test_a_key_file_made_meanwhile_by_another_process_wins(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    first = Keyring.from_file(path)

    Keyring.generate().save(path, fresh=True)

    assert Keyring.from_file(path).open(first.seal(b"x", "c"), "c") == b"x"


def test_a_key_file_that_others_can_read_is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    Keyring.from_file(path)
    path.chmod(0o640)

    with pytest.raises(KeysExposed, match="chmod 600"):
        Keyring.from_file(path)


def test_a_key_file_is_read_whatever_the_environment_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "keys.json"
    first = Keyring.from_file(path)
    monkeypatch.setenv("NIANGJIA_KEYS", Keyring.generate().to_json())

    assert Keyring.from_file(path).open(first.seal(b"x", "c"), "c") == b"x"


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"sealing": [], "hashing": ""}', '{"sealing": [{"id": "00", "key": "AA=="}], "hashing": "AA=="}']
)
def test_keys_in_another_form_are_refused(text: str) -> None:
    with pytest.raises(KeyringError):
        Keyring.from_json(text)


def test_no_key_shows_in_the_repr() -> None:
    assert repr(Keyring.generate()) == "Keyring(1 keys)"
