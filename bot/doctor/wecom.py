"""WeCom: does the robot's address belong to a robot, and are the app's values good? Nobody is sent anything."""

from __future__ import annotations

from bot.doctor.finding import Finding, Patient, fine, warning, wrong
from bot.doctor.web import NoAnswerError, call

ROBOT_WRONG = frozenset({93000, 93004, 93008})
APP_WRONG = frozenset({40001, 40013, 40056, 40091, 41002, 41004, 48002, 60020, 301002})
LIMIT = 45009


async def wecom_robot(patient: Patient) -> list[Finding]:
    """A message of no kind: a robot refuses it, after it has looked at the key."""
    if patient.settings.wecom_webhook_url is None:
        return [fine("wecom_robot", "off")]
    try:
        answer = await call("POST", patient.settings.wecom_webhook_url.get_secret_value(), body={"msgtype": "none"})
        code = answer.json().get("errcode")
    except NoAnswerError as error:
        return [wrong("wecom_robot", "unreachable", error=error.reason)]
    if not isinstance(code, int):
        return [wrong("wecom_robot", "strange", status=answer.status)]
    if code in ROBOT_WRONG:
        return [wrong("wecom_robot", f"code_{code}")]
    return [warning("wecom_robot", "limit") if code == LIMIT else fine("wecom_robot")]


async def wecom_app(patient: Patient) -> list[Finding]:
    """The token, then the app itself."""
    settings = patient.settings
    if settings.wecom_corp_id is None or settings.wecom_secret is None:
        return [fine("wecom_app", "off")]
    url, secret = settings.wecom_api_url, settings.wecom_secret.get_secret_value()
    try:
        got = (await call("GET", f"{url}/cgi-bin/gettoken", {"corpid": settings.wecom_corp_id, "corpsecret": secret})).json()
        code, token = got.get("errcode", 0), got.get("access_token", "")
        if not code and token:
            query = {"access_token": str(token), "agentid": str(settings.wecom_agent_id)}
            code = (await call("GET", f"{url}/cgi-bin/agent/get", query)).json().get("errcode", 0)
    except NoAnswerError as error:
        return [wrong("wecom_app", "unreachable", error=error.reason)]
    if code or not token:
        return [wrong("wecom_app", f"code_{code}" if code in APP_WRONG else "refused", code=code)]
    return [fine("wecom_app")]
