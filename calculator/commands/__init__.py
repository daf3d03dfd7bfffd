"""The commands of `python -m calculator`, one to a file: `run` takes the words after the command and gives the exit code."""
