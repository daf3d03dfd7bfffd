"""Claims: what a member handed in, where it stands, and who decided what."""
