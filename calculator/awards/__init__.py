"""Kinds of award: how an edition turns facts into an amount."""
