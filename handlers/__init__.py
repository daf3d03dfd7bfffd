"""Conversations as pure flows: what is asked, what an answer means, what follows. No channel, no database, no clock, no sentence."""
