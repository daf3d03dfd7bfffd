"""WeChat Official Accounts: every push is stored and answered in time; what is not ready then follows by itself."""

from bot.channels.wechat.channel import WeChat

__all__ = ["WeChat"]
