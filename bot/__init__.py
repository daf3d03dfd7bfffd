"""Niangjia: the bot, its channels, its console and its store."""
