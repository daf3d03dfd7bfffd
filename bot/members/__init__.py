"""The roster: the unions' tree and who is a member where."""
