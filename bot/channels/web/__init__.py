"""The web chat: a page of our own, so that nobody needs an account anywhere to be helped."""
