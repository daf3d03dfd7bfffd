"""`python -m bot doctor`: looks at everything a deployment leans on, and says in one line each what is wrong and what to do."""

from bot.doctor.examine import examine
from bot.doctor.finding import Finding, wrong
from bot.doctor.report import as_json, as_lines, exit_status

__all__ = ["Finding", "as_json", "as_lines", "examine", "exit_status", "wrong"]
