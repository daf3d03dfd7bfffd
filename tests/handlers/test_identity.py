"""Names, certificate numbers, phones and cards as people type them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.identity import age_on, birth_day, check_sign, passes_luhn, read_card, read_certno, read_name, read_phone
from handlers.understanding.reading import Read, Unread

TODAY = date(2026, 11, 23)


def certno(seventeen: str) -> str:
    return seventeen + check_sign(seventeen)


@pytest.mark.parametrize(
    ("number", "sign"),
    [
        ("11010519491231002", "X"),  # the standard's own example
        ("44052418800101001", "4"),  # the standard's other example
        ("11010119800101001", "0"),
    ],
)
def test_the_check_sign_is_that_of_the_standard(number: str, sign: str) -> None:
    assert check_sign(number) == sign


@pytest.mark.parametrize(
    "said",
    [
        "11010519491231002X",
        "11010519491231002x",
        "110105 19491231 002X",
        "１１０１０５１９４９１２３１００２Ｘ",
        "110105-19491231-002x ",
        "\t11010519491231002X\n",
    ],
)
def test_a_certificate_number_is_read_however_it_is_spaced(said: str) -> None:
    assert read_certno(said, TODAY) == Read("11010519491231002X")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("110105194912310021", "certno_check"),
        ("11010119800101001X", "certno_check"),
        (certno("11010119800230001"), "certno_birth"),  # the 30th of February
        (certno("11010119810229001"), "certno_birth"),  # no leap year
        (certno("11010119801301001"), "certno_birth"),
        (certno("11010120261124001"), "certno_birth"),  # tomorrow
        (certno("11010119051122001"), "certno_birth"),  # 121 years old
        (certno("11010100000101001"), "certno_birth"),
        ("X1010519491231002X", "not_a_certno"),
        ("11010519491231002", "not_a_certno"),
        ("1101051949123100211", "not_a_certno"),
        ("", "not_a_certno"),
        ("没有身份证", "not_a_certno"),
        ("13800138000", "not_a_certno"),
        ("AB\x003456", "not_a_certno"),
        ("ABCDEFGH", "not_a_certno"),
    ],
)
def test_a_wrong_certificate_number_is_refused_with_its_reason(said: str, reason: str) -> None:
    assert read_certno(said, TODAY) == Unread(reason)  # type: ignore[arg-type]  # one of the closed set


def test_a_child_born_today_and_the_oldest_person_have_certificates() -> None:
    for number in (certno("11010120261123001"), certno("11010119060101001")):
        assert read_certno(number, TODAY) == Read(number)


@pytest.mark.parametrize("said", ["E12345678", "ea1234567", "H1234567890", "G 1234 5678", "C3-2108450"])
def test_a_passport_or_permit_of_letters_and_digits_is_taken(said: str) -> None:
    read = read_certno(said, TODAY)

    assert isinstance(read, Read)
    assert read.sure
    assert birth_day(read.value) is None


@pytest.mark.parametrize("said", ["12345678", "123456789"])
def test_eight_or_nine_digits_alone_are_asked_about(said: str) -> None:
    assert read_certno(said, TODAY) == Read(said, sure=False)


@given(st.integers(0, 10**17 - 1).map(lambda number: f"{number:017d}"), st.integers(1, 10))
def test_a_wrong_last_sign_is_always_found(seventeen: str, further: int) -> None:
    signs = "0123456789X"
    wrong = signs[(signs.index(check_sign(seventeen)) + further) % 11]

    assert isinstance(read_certno(seventeen + wrong, TODAY), Unread)


@given(st.dates(date(1907, 1, 1), TODAY), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(born: date, place: int, further: int) -> None:
    number = certno(f"110101{born:%Y%m%d}001")
    digit = str((int(number[place]) + further) % 10)

    assert isinstance(read_certno(number[:place] + digit + number[place + 1 :], TODAY), Unread)


@pytest.mark.parametrize(
    ("day", "age"),
    [(date(2026, 2, 27), 25), (date(2026, 2, 28), 25), (date(2026, 3, 1), 26), (date(2024, 2, 28), 23), (date(2024, 2, 29), 24)],
)
def test_somebody_born_on_a_leap_day_is_a_year_older_from_the_first_of_march_or_the_leap_day_on(day: date, age: int) -> None:
    assert age_on(day, date(2000, 2, 29)) == age


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("王芳", "王芳"),
        (" 王芳 ", "王芳"),
        ("阿依古丽·买买提", "阿依古丽·买买提"),
        ("买买提•艾力", "买买提•艾力"),
        ("Wang  Fang", "Wang Fang"),
        ("Mary-Jane O'Neill", "Mary-Jane O'Neill"),
        ("J. R. R. Tolkien", "J. R. R. Tolkien"),
        ("José Núñez", "José Núñez"),
        ("김민준", "김민준"),
        ("محمد علي", "محمد علي"),
        ("Nguyễn Thị Ánh", "Nguyễn Thị Ánh"),
    ],
)
def test_names_of_all_scripts_are_taken_whole(said: str, name: str) -> None:
    assert read_name(said) == Read(name)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "王",
        "··",
        " . ",
        "-'",
        "王芳1",
        "王芳，45岁",
        "<b>王芳</b>",
        "王\0芳",
        "王\u202e芳",
        "王芳😀",
        "{0}",
        "x" * 41,
        "王芳;",
        "王@芳",
        "\ud800\ud800",
    ],
)
def test_what_is_no_name_is_refused(said: str) -> None:
    assert read_name(said) == Unread("not_a_name")


@pytest.mark.parametrize("said", ["不知道", "好的", "是的", "没有", "not sure", "同意"])
def test_an_answer_to_another_question_is_asked_about_before_it_becomes_a_name(said: str) -> None:
    assert read_name(said) == Read(said, sure=False)


@pytest.mark.parametrize(
    ("said", "phone"),
    [
        ("13800138000", "13800138000"),
        ("138 0013 8000", "13800138000"),
        ("138-0013-8000", "13800138000"),
        ("+86 138 0013 8000", "13800138000"),
        ("008613800138000", "13800138000"),
        ("8613800138000", "13800138000"),
        ("１３８００１３８０００", "13800138000"),
        ("(0431) 8877 5566", "043188775566"),
        ("0431-88775566", "043188775566"),
    ],
)
def test_phones_are_read_however_they_are_written(said: str, phone: str) -> None:
    assert read_phone(said) == Read(phone)


@pytest.mark.parametrize(
    "said", ["", "12345", "12800138000", "1380013800", "138001380000", "88775566", "一三八", "13800138000 王芳", "1380013800a"]
)
def test_what_is_no_phone_is_refused(said: str) -> None:
    assert read_phone(said) == Unread("not_a_phone")


@pytest.mark.parametrize("said", ["6222021234567890128", "6222 0212 3456 7890 128", "6222-0212-3456-7890-128", "4111111111111111"])
def test_a_card_number_that_checks_is_taken(said: str) -> None:
    read = read_card(said)

    assert isinstance(read, Read)
    assert read.sure


def test_a_card_number_that_does_not_check_is_asked_about_and_never_refused() -> None:
    assert read_card("6222021234567890129") == Read("6222021234567890129", sure=False)


@pytest.mark.parametrize(
    "said", ["", "622202123456789", "62220212345678901281", "62220212345678٣0128", "卡号6222021234567890128", "6222*0128"]
)
def test_what_is_no_card_number_is_refused(said: str) -> None:
    read = read_card(said)

    assert read == Unread("not_a_card") or read == Read(said.replace("٣", "3"), sure=False)


@given(st.text(alphabet="0123456789", min_size=15, max_size=18))
def test_exactly_one_last_digit_passes_the_check(number: str) -> None:
    assert sum(passes_luhn(f"{number}{digit}") for digit in range(10)) == 1


@given(st.text())
def test_no_text_makes_a_reader_raise(text: str) -> None:
    for read in (read_name, read_phone, read_card, lambda said: read_certno(said, TODAY)):
        assert isinstance(read(text), Read | Unread)
