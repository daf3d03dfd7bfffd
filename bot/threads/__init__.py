"""Threads: a member asks a person, the staff answer, both read the same; of a claim where there is one, of the chat otherwise."""
