"""The durable job queue: `add` within a transaction, a `Worker` that carries out what is due."""

from bot.jobs.leftover import take_back
from bot.jobs.noting import noted
from bot.jobs.queue import TRIES, Dead, add, dead, revive
from bot.jobs.worker import Handler, Job, Later, Never, Worker

__all__ = ["TRIES", "Dead", "Handler", "Job", "Later", "Never", "Worker", "add", "dead", "noted", "revive", "take_back"]
