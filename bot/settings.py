"""Everything a deployment may set, read once at the start from the environment and `.env`; with nothing set, all stays on one machine."""

import re
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, IPvAnyNetwork, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def _without_slash(url: str) -> str:
    return url.rstrip("/")


def _with_driver(url: str) -> str:
    """Name psycopg in a PostgreSQL address, as SQLAlchemy wants it, whichever of its usual spellings was given."""
    scheme, separator, rest = url.partition("://")
    return f"postgresql+psycopg{separator}{rest}" if scheme in {"postgres", "postgresql"} else url


def _telegram_api(url: str) -> str:
    """Bring `https://host` and `https://host/bot` to the second form, to which the client appends the token."""
    url = _without_slash(url)
    return url if url.endswith("/bot") else f"{url}/bot"


def _telegram_files(url: str) -> str:
    """Bring `https://host`, `https://host/file` and `https://host/file/bot` to the last form."""
    url = _without_slash(url).removesuffix("/bot").removesuffix("/file")
    return f"{url}/file/bot"


def _split(separator: str) -> BeforeValidator:
    """Read numbers joined by a sign, such as 1,7,25."""
    return BeforeValidator(lambda value: [part.strip() for part in value.split(separator)] if isinstance(value, str) else value)


Hour = Annotated[int, Field(ge=0, le=24)]
Days = Annotated[int, Field(ge=1, le=3650)]
Url = Annotated[str, AfterValidator(_without_slash)]
TEMPLATE_FIELD = r"[A-Za-z_]\w*=(?:news|number|day|hint|text:[^,=\n]{1,20})"
TEMPLATE_FIELDS = rf"^{TEMPLATE_FIELD}(?:,{TEMPLATE_FIELD})*$"
ENCODING_AES_KEY = re.compile(r"[A-Za-z0-9+/]{43}")


class Settings(BaseSettings):
    """The settings of one deployment. Names in the environment are these names in capitals; secrets hide in their repr."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 lets other machines in")
    port: int = Field(8080, ge=1, le=65535, description="Port to listen on")
    public_url: Url = Field(
        default_factory=lambda known: f"http://localhost:{known['port']}",
        description="Address under which people reach the bot; https turns secure cookies on",
    )
    trusted_proxies: Annotated[tuple[IPvAnyNetwork, ...], NoDecode, _split(",")] = Field(
        (), description="Addresses or networks of the reverse proxies in front: what their X-Forwarded-For says is believed"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="How much is logged")
    metrics_token: SecretStr | None = Field(None, description="Token with which Prometheus may read /metrics; without it nobody may")
    web_streams: int = Field(2000, ge=1, description="Open pages of the web chat told at once of what is new; the rest look by themselves")
    web_new_chats: int = Field(300, ge=1, description="Web chats that may begin in a minute, and twice as many at a rush; others wait")
    time_zone: ZoneInfo = Field(ZoneInfo("Asia/Shanghai"), description="Time zone whose calendar day counts")
    policy_place: str = Field("changchun", pattern=r"^[a-z0-9_-]+$", description="Whose rules apply: a folder of calculator/policies")

    data_dir: Path = Field(Path("data"), description="Folder for whatever is kept on this machine")
    database_url: Annotated[str, AfterValidator(_with_driver)] = Field(
        default_factory=lambda known: f"sqlite:///{known['data_dir']}/niangjia.db",
        repr=False,
        description="The database, SQLite or PostgreSQL",
    )
    files_url: str = Field(
        default_factory=lambda known: f"{known['data_dir'].absolute().as_uri()}/files",
        repr=False,
        description="Where pictures are kept, encrypted: file://, memory:// or s3://",
    )
    keys_file: Path = Field(
        default_factory=lambda known: known["data_dir"] / "keys",
        description="File of the encryption keys, made at the first start; keep a copy elsewhere",
    )
    niangjia_keys: SecretStr | None = Field(None, description="The encryption keys themselves, instead of KEYS_FILE")

    telegram_token: SecretStr | None = Field(None, description="Token of the Telegram bot; without it Telegram is off")
    telegram_api_url: Annotated[str, AfterValidator(_telegram_api)] = Field(
        "https://api.telegram.org/bot", description="Address of the Bot API, to which the token is appended"
    )
    telegram_file_url: Annotated[str, AfterValidator(_telegram_files)] = Field(
        default_factory=lambda known: known["telegram_api_url"],
        validate_default=True,
        description="Address of the Bot API's files; by default on the same host as the API",
    )
    telegram_webhook_url: Url | None = Field(None, description="Address that Telegram posts updates to; without it the bot polls")
    telegram_secret: SecretStr | None = Field(
        None, description="Secret that Telegram sends along with each webhook update; letters, digits, _ and -"
    )

    wechat_app_id: str | None = Field(None, description="AppID of the WeChat Official Account; without it WeChat is off")
    wechat_token: SecretStr | None = Field(None, description="Token with which WeChat signs what it posts")
    wechat_aes_key: SecretStr | None = Field(None, description="EncodingAESKey of the safe mode; without it messages come in plain")
    wechat_secret: SecretStr | None = Field(None, description="AppSecret of the account, for calls to WeChat")
    wechat_template_id: str | None = Field(
        None, description="ID of the template with which silent members are told that news waits; without it none are"
    )
    wechat_template_fields: str = Field(
        "thing1=news,character_string2=number,time3=day",
        pattern=TEMPLATE_FIELDS,
        description="What each field of that template holds: news, number, day, hint, or text: and a fixed text",
    )
    wechat_api_url: Url = Field("https://api.weixin.qq.com", description="Address of WeChat's API")

    wecom_webhook_url: SecretStr | None = Field(
        None, description="Address of a WeCom group robot that tells staff the news; it is a secret"
    )
    wecom_corp_id: str | None = Field(None, description="ID of the company on WeCom, for messages of an app; without it there are none")
    wecom_agent_id: int | None = Field(None, description="AgentId of the app")
    wecom_secret: SecretStr | None = Field(None, description="Secret of the app")
    wecom_users: str = Field("@all", description="UserIDs that the app writes to, joined by |; by default all who may see it")
    wecom_api_url: Url = Field("https://qyapi.weixin.qq.com", description="Address of WeCom's API")

    claim_due_days: int = Field(5, ge=1, le=365, description="Staff are reminded of a claim that waits for them longer than so many days")
    digest_hour: int = Field(9, ge=0, le=23, description="Hour of the day, in TIME_ZONE, at which staff get figures and reminders")
    answer_days: int = Field(1, ge=1, le=30, description="Working days within which staff usually answer a member who asks for a person")
    office_opens: int = Field(9, ge=0, le=23, description="Hour, in TIME_ZONE, from which staff are there on working days")
    office_closes: int = Field(17, ge=1, le=24, description="Hour at which they leave")

    reminder_days: Annotated[tuple[Days, ...], NoDecode, _split(",")] = Field(
        (1, 7, 25), min_length=1, description="Days after which a member is reminded of what they left half way"
    )
    quiet_hours: Annotated[tuple[Hour, Hour], NoDecode, _split("-")] = Field(
        (21, 8), description="Hours, in TIME_ZONE, between which no reminder and no broadcast is sent"
    )
    draft_days: Days = Field(30, description="Days after which answers left half way are erased, with a word to the member")
    keep_updates_days: Days = Field(14, ge=3, description="Days for which it is remembered which updates were taken")
    keep_web_chats_days: Days = Field(90, description="Days without a word after which a web chat that led to nothing is erased")
    keep_web_messages_days: Days = Field(365, description="Days for which the messages of a web chat are kept")
    keep_uploads_days: Days = Field(7, description="Days for which a file is kept that belongs to no claim, no thread and no draft")
    keep_failed_jobs_days: Days = Field(90, description="Days for which jobs that were given up are kept for staff to look at")

    @model_validator(mode="after")
    def _reminders_come_before_the_end(self) -> Self:
        days = self.reminder_days
        if any(later <= earlier for earlier, later in pairwise(days)) or days[-1] >= self.draft_days:
            raise ValueError("REMINDER_DAYS must grow, and end before DRAFT_DAYS")
        return self

    @model_validator(mode="after")
    def _a_webhook_has_a_secret(self) -> Self:
        if self.telegram_webhook_url and not self.telegram_secret:
            raise ValueError("TELEGRAM_WEBHOOK_URL needs TELEGRAM_SECRET: without it anyone could post updates")
        return self

    @model_validator(mode="after")
    def _a_wecom_app_is_whole(self) -> Self:
        if self.wecom_corp_id and not (self.wecom_agent_id and self.wecom_secret):
            raise ValueError("WECOM_CORP_ID needs WECOM_AGENT_ID and WECOM_SECRET")
        return self

    @model_validator(mode="after")
    def _a_wechat_account_is_whole(self) -> Self:
        if self.wechat_app_id and not (self.wechat_token and self.wechat_secret):
            raise ValueError("WECHAT_APP_ID needs WECHAT_TOKEN and WECHAT_SECRET")
        key = self.wechat_aes_key.get_secret_value() if self.wechat_app_id and self.wechat_aes_key else None
        if key and not ENCODING_AES_KEY.fullmatch(key):
            raise ValueError("WECHAT_AES_KEY must be the 43 letters and digits of the EncodingAESKey")
        return self
