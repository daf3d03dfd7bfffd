"""The staff: their accounts and roles, sessions, one-time links and linked chats."""
