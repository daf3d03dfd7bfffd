"""WeCom for the staff: a group robot and an app's messages, which bring news and lead to the console. Nothing is received here."""

from bot.channels.wecom.channel import JOB_KIND, WeCom

__all__ = ["JOB_KIND", "WeCom"]
