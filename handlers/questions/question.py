"""What every kind of question has in common: how it reads what is typed, which buttons it has, how its answer is stored and shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from handlers.say import Figures, Say
from handlers.understanding.reading import Read, Unread

T = TypeVar("T")

Words = Callable[[Say], str]
"""How the member reads a label: only the conversation knows the language."""


MOST_LANGUAGES: Final = 8
"""Of so many a question keeps what its buttons are called; where every call brings new `Words`, it keeps no more."""


@dataclass(frozen=True, slots=True)
class Option:
    """A button of a question. `value` is at most 24 bytes of ASCII."""

    value: str
    label: Say
    spoken: tuple[str, ...] = ()
    """What people say instead of the label."""


@dataclass(frozen=True, kw_only=True)
class Question(Generic[T]):
    """One thing asked, under a key that never changes. Its sentence is `ask.<key>`, its example `example.<key>`."""

    key: str
    figures: Figures = field(default_factory=dict)
    words: str = ""
    """What its sentences stand under instead of the key, where the rules ask the same fact in another way."""

    labels: dict[Words, Mapping[str, tuple[str, ...]]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What the buttons are called in each language, once it was asked for; `sayings` fills it."""

    @property
    def sentence(self) -> str:
        """What follows `ask.` and `example.` in the keys of its sentences."""
        return self.words or self.key

    def read(self, text: str, words: Words) -> Read[T] | Unread:
        """What the typed text means; `words` gives a label as the member sees it."""
        raise NotImplementedError

    def load(self, stored: Any) -> T | None:
        """The typed answer, or None if what is stored no longer answers this question."""
        raise NotImplementedError

    def dump(self, value: T) -> Any:
        """The answer as a JSON value."""
        return value

    def typical(self) -> T:
        """An answer most people give; only to foresee how long the way is."""
        raise NotImplementedError

    def options(self) -> tuple[Option, ...]:
        """The buttons, in order."""
        return ()

    def sayings(self, words: Words) -> Mapping[str, tuple[str, ...]]:
        """What the button of each value is called, the label first; kept for a few `words`, so let it be one for a language."""
        found = self.labels.get(words)
        if found is None:
            if len(self.labels) == MOST_LANGUAGES:
                self.labels.clear()
            found = self.labels[words] = {option.value: (words(option.label), *option.spoken) for option in self.options()}
        return found

    def press(self, value: str) -> T | None:
        """What a button of this question means; None for one it does not have."""
        raise NotImplementedError

    def show(self, value: T) -> Say:
        """The answer as the member reads it back."""
        raise NotImplementedError
