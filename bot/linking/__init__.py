"""Several chats of one member, on one platform or several: they share a conversation, and news go where the member last was."""
