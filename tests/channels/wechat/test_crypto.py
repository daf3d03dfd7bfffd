"""Signatures and encryption: the examples of WeChat's own documentation, and exchange in both directions with another implementation."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto  # type: ignore[import-untyped]

from bot.channels.wechat.callback import Callback, reply
from bot.channels.wechat.crypto import Cipher, Tampered, is_signed, signature
from bot.channels.wechat.receive import fields_of
from tests.fakes.wechat import AES_KEY, APP_ID, TOKEN, decrypt, encrypt

DOCUMENTED_TOKEN, DOCUMENTED_KEY, DOCUMENTED_APP = "AAAAA", "A" * 43, "wxba5fad812f8e6fb9"
DOCUMENTED = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG"
    "+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtW"
    "ygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)
SAMPLE = (
    "hyzAe4OzmOMbd6TvGdIOO6uBmdJoD0Fk53REIHvxYtJlE2B655HuD0m8KUePWB3+LrPXo87wzQ1QLvbeUgmBM4x6F8PGHQHFVAFmOD2LdJF9FrXpbUAh0B5GIItb52sn896wVs"
    "MSHGuPE328HnRGBcrS7C41IzDWyWNlZkyyXwon8T332jisa+h6tEDYsVticbSnyU8dKOIbgU6ux5VTjg3yt+WGzjlpKn6NPhRjpA912xMezR4kw6KWwMrCVKSVCZciVGCgavjI"
    "Q6X8tCOp3yZbGpy0VxpAe+77TszTfRd5RJSVO/HTnifJpXgCSUdUue1v6h0EIBYYI1BD1DlD+C0CR8e6OewpusjZ4uBl9FyJvnhvQl+q5rv1ixrcpCumEPo5MJSgM9ehVsNPfU"
    "M669WuMyVWQLCzpu9GhglF2PE="
)


@pytest.mark.parametrize(
    ("signed", "timestamp", "nonce", "more"),
    [
        ("f464b24fc39322e44b38aa78f5edd27bd1441696", "1714036504", "1514711492", ()),
        ("899cf89e464efb63f54ddac96b0a0a235f53aa78", "1714037059", "486452656", ()),
        ("046e02f8204d34f8ba5fa3b1db94908f3df2e9b3", "1714112445", "415670741", (DOCUMENTED,)),
    ],
)
def test_the_documented_signatures_are_right(signed: str, timestamp: str, nonce: str, more: tuple[str, ...]) -> None:
    assert is_signed(signed, DOCUMENTED_TOKEN, timestamp, nonce, *more)


def test_the_documented_message_opens() -> None:
    clear = Cipher(DOCUMENTED_KEY, DOCUMENTED_APP).decrypt(DOCUMENTED)

    assert json.loads(clear)["debug_str"] == "hello world"


def test_the_message_of_the_sample_code_opens_and_is_signed() -> None:
    fields = fields_of(Cipher("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "wx2c2769f8efd9abc2").decrypt(SAMPLE))

    assert is_signed("5d197aaffba7e9b25a30732f161a50dee96bd5fa", "spamtest", "1409735669", "1320562132", SAMPLE)
    assert (fields["Content"], fields["MsgId"]) == ("abcdteT", "6054768590064713728")


@pytest.mark.parametrize("at", range(0, 40, 3))
def test_one_changed_letter_of_a_signature_is_enough(at: int) -> None:
    right = signature("a", "b", "c")
    wrong = right[:at] + ("0" if right[at] != "0" else "1") + right[at + 1 :]

    assert is_signed(right, "a", "b", "c")
    assert not is_signed(wrong, "a", "b", "c")


@pytest.mark.parametrize("given_signature", ["", "é", "\ud800", "0" * 39, "0" * 41])
def test_what_is_no_signature_is_wrong(given_signature: str) -> None:
    assert not is_signed(given_signature, "a", "b", "c")


@given(st.text(max_size=300))
def test_what_we_encrypt_another_opens_and_the_other_way_round(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    ours, theirs = Cipher(AES_KEY, APP_ID), WeChatCrypto(TOKEN, AES_KEY, APP_ID)
    envelope = fields_of(theirs.encrypt_message(text, "nonce", "1409735669").encode())

    assert is_signed(envelope["MsgSignature"], TOKEN, "1409735669", "nonce", envelope["Encrypt"])
    assert ours.decrypt(envelope["Encrypt"]) == text.encode()
    sealed = ours.encrypt(text.encode())
    signed = signature(TOKEN, "1409735669", "nonce", sealed)
    assert theirs.decrypt_message({"Encrypt": sealed}, signed, "1409735669", "nonce") == text
    assert decrypt(sealed) == text


def test_a_whole_reply_of_ours_is_opened_by_another() -> None:
    callback = Callback(None, TOKEN, Cipher(AES_KEY, APP_ID), None)  # type: ignore[arg-type]  # neither is needed to seal
    sealed = callback._sealed(reply({"FromUserName": "member", "ToUserName": "account"}, "好的 ]]> <b> & 完"))
    envelope = fields_of(sealed.encode())

    opened = WeChatCrypto(TOKEN, AES_KEY, APP_ID).decrypt_message(
        sealed, envelope["MsgSignature"], envelope["TimeStamp"], envelope["Nonce"]
    )

    assert fields_of(opened.encode())["Content"] == "好的 ]]> <b> & 完"


@pytest.mark.parametrize("at", [0, 5, 40, -3])
def test_a_changed_message_does_not_open(at: int) -> None:
    sealed = bytearray(Cipher(AES_KEY, APP_ID).encrypt(b"<xml/>" * 9), "ascii")
    sealed[at] = ord("A") if sealed[at] != ord("A") else ord("B")

    try:
        opened = Cipher(AES_KEY, APP_ID).decrypt(sealed.decode())
    except Tampered:
        return
    assert opened != b"<xml/>" * 9  # its signature covers what its padding does not show


@pytest.mark.parametrize(
    "sealed",
    ["", "A", "AAAA", "é", "!" * 44, encrypt("x", app_id="wx9999999999999999"), encrypt("x", key="B" * 43)],
    ids=["nothing", "one letter", "four letters", "not ASCII", "not base64", "another account", "another key"],
)
def test_what_was_not_encrypted_for_this_account_is_tampered_with(sealed: str) -> None:
    with pytest.raises(Tampered):
        Cipher(AES_KEY, APP_ID).decrypt(sealed)


@pytest.mark.parametrize("key", ["", "A" * 42, "A" * 44, "é" * 43])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says
        Cipher(key, APP_ID)
