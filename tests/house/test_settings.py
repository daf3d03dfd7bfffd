"""Every setting can be found: in `.env.example`, in the docs, and with a sentence of its own."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from bot.settings import Settings

ROOT = Path(__file__).parents[2]
NAMES = sorted(name.upper() for name in Settings.model_fields)
SECRETS = [name.upper() for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)]
FIXED = """TELEGRAM_TOKEN TELEGRAM_API_URL TELEGRAM_FILE_URL TELEGRAM_WEBHOOK_URL TELEGRAM_SECRET
    WECHAT_APP_ID WECHAT_TOKEN WECHAT_AES_KEY WECHAT_SECRET WECHAT_API_URL WECOM_WEBHOOK_URL
    DATABASE_URL FILES_URL KEYS_FILE PUBLIC_URL HOST PORT POLICY_PLACE DATA_DIR"""


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Give an environment in which nothing is set."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return monkeypatch


def example_lines() -> list[tuple[str, str]]:
    """Give each setting of `.env.example` with the line above it."""
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    return [(found[1], above) for above, line in pairwise(lines) if (found := re.match(r"#?([A-Z_]+)=", line))]


def test_the_example_holds_every_setting_once_and_no_other() -> None:
    assert sorted(name for name, _ in example_lines()) == NAMES


def test_every_setting_of_the_example_has_a_sentence_above_it() -> None:
    assert [name for name, above in example_lines() if not re.fullmatch(r"# .+\.", above)] == []


def test_every_setting_has_a_description() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_every_setting_stands_in_the_docs() -> None:
    docs = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    words = {word for doc in docs if doc.exists() for word in re.findall(r"[A-Z_]+", doc.read_text("utf-8"))}

    assert set(NAMES) - words == set()


def test_the_names_that_others_rely_on_stay() -> None:
    assert set(FIXED.split()) - set(NAMES) == set()


def test_with_nothing_set_everything_stays_on_this_machine(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = Settings()

    assert settings.host == "127.0.0.1"
    assert settings.database_url == "sqlite:///data/niangjia.db"
    assert settings.files_url == (tmp_path / "data" / "files").as_uri()
    assert settings.keys_file == Path("data/keys")
    assert settings.telegram_token is None


def test_the_data_folder_carries_database_files_and_keys_along(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("DATA_DIR", "/srv/niangjia")

    settings = Settings()

    assert settings.database_url == "sqlite:////srv/niangjia/niangjia.db"
    assert settings.files_url == "file:///srv/niangjia/files"
    assert settings.keys_file == Path("/srv/niangjia/keys")


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_hides_in_whatever_is_printed(bare: pytest.MonkeyPatch, name: str) -> None:
    bare.setenv(name, "tell-nobody")

    settings = Settings()

    assert "tell-nobody" not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"


def test_the_password_of_the_database_hides_too(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("DATABASE_URL", "postgresql://niangjia:tell-nobody@localhost/niangjia")

    settings = Settings()

    assert settings.database_url == "postgresql+psycopg://niangjia:tell-nobody@localhost/niangjia"
    assert "tell-nobody" not in f"{settings!r} {settings}"


def test_a_setting_left_empty_is_not_set(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("TELEGRAM_TOKEN", "")
    bare.setenv("PORT", "")

    settings = Settings()

    assert (settings.telegram_token, settings.port) == (None, 8080)


def test_a_dot_env_file_is_read_and_its_unknown_lines_are_left_alone(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=9000\nSOMETHING_ELSE=1\n", "utf-8")

    settings = Settings()

    assert (settings.port, settings.public_url) == (9000, "http://localhost:9000")


@pytest.mark.parametrize("address", ["http://127.0.0.1:9000", "http://127.0.0.1:9000/", "http://127.0.0.1:9000/bot"])
def test_another_bot_api_is_found_by_its_host_with_or_without_bot(bare: pytest.MonkeyPatch, address: str) -> None:
    bare.setenv("TELEGRAM_API_URL", address)

    settings = Settings()

    assert settings.telegram_api_url == "http://127.0.0.1:9000/bot"
    assert settings.telegram_file_url == "http://127.0.0.1:9000/file/bot"


@pytest.mark.parametrize("address", ["http://files:9000", "http://files:9000/file", "http://files:9000/file/bot/"])
def test_the_files_of_the_bot_api_may_lie_elsewhere(bare: pytest.MonkeyPatch, address: str) -> None:
    bare.setenv("TELEGRAM_FILE_URL", address)

    settings = Settings()

    assert settings.telegram_api_url == "https://api.telegram.org/bot"
    assert settings.telegram_file_url == "http://files:9000/file/bot"


def test_a_webhook_without_a_secret_is_refused(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("TELEGRAM_WEBHOOK_URL", "https://bot.example.org/telegram")

    with pytest.raises(ValueError, match="TELEGRAM_SECRET"):
        Settings()


def test_a_wechat_account_is_whole_or_refused(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("WECHAT_APP_ID", "wx0123456789abcdef")
    with pytest.raises(ValueError, match="WECHAT_TOKEN and WECHAT_SECRET"):
        Settings()

    bare.setenv("WECHAT_TOKEN", "token")
    bare.setenv("WECHAT_SECRET", "secret")
    assert Settings().wechat_aes_key is None
    bare.setenv("WECHAT_AES_KEY", "a" * 42)
    with pytest.raises(ValueError, match="WECHAT_AES_KEY"):
        Settings()


def test_days_and_hours_are_read_as_they_are_written(bare: pytest.MonkeyPatch) -> None:
    assert (Settings().reminder_days, Settings().quiet_hours) == ((1, 7, 25), (21, 8))

    bare.setenv("REMINDER_DAYS", "2, 5")
    bare.setenv("QUIET_HOURS", "22-7")

    assert (Settings().reminder_days, Settings().quiet_hours) == ((2, 5), (22, 7))


@pytest.mark.parametrize(
    ("name", "value"),
    [("REMINDER_DAYS", "7,1"), ("REMINDER_DAYS", "1,30"), ("REMINDER_DAYS", "soon"), ("QUIET_HOURS", "21"), ("QUIET_HOURS", "21-25")],
)
def test_days_that_do_not_grow_or_hours_that_are_none_are_refused(bare: pytest.MonkeyPatch, name: str, value: str) -> None:
    bare.setenv(name, value)

    with pytest.raises(ValueError, match=r"REMINDER_DAYS|reminder_days|quiet_hours"):
        Settings()


def test_a_mistake_in_a_setting_does_not_print_its_value(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("PORT", "tell-nobody")

    with pytest.raises(ValueError, match="port") as raised:
        Settings()

    assert "tell-nobody" not in str(raised.value)
