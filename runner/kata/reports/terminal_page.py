"""The page that a terminal report is printed on: what is folded, what stays whole, and what a terminal can show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import cell_len, chop_cells
from rich.console import Console
from rich.text import Text

#: The width of the column that labels have where there is room, and from what width on there is.
LABEL = 12
_NARROW = 60

#: Words and their style.
Piece = tuple[str, str]


@dataclass(frozen=True)
class Page:
    """Where the text goes and how: folded to the console's width by us, never by rich."""

    console: Console
    plain: bool
    whole: bool

    @property
    def width(self) -> int:
        """Columns to fill; a terminal that says less than twenty is not believed."""
        return max(20, self.console.width)

    @property
    def narrow(self) -> bool:
        """Whether labels stand in the line, because a column of their own would leave too little."""
        return self.plain or self.width < _NARROW

    @property
    def column(self) -> int:
        """Where what stands beside or below a label begins."""
        return 2 if self.narrow else LABEL

    def blank(self) -> None:
        """An empty line."""
        self.console.print()

    def line(self, *pieces: Piece, indent: int = 0, hang: int = 0) -> None:
        """One paragraph; folded lines after the first are indented by `hang` more."""
        text = Text.assemble(*((self._printable(words), style) for words, style in pieces))
        for number, piece in enumerate(self._folded(text, self.width - indent, hang)):
            piece.rstrip()
            self._put(piece, indent + hang * (number > 0))

    def exactly(self, label: Piece, words: str, style: str, indent: int, fold: bool) -> None:
        """A quotation or a command beside its label: never folded between words, and a command not at all."""
        words, column = self._printable(words), indent + len(label[0])
        folded = chop_cells(words, max(8, self.width - column)) if fold and not self.plain and words else [words]
        for number, piece in enumerate(folded):
            left = Text.assemble(label) if not number else Text(" " * len(label[0]))
            self._put(left.append(piece, style), indent)

    def beside(self, remark: Piece, *pieces: Piece) -> None:
        """A paragraph with a remark at the right edge, where there is room for it."""
        room = self.width - sum(cell_len(words) for words, _ in (*pieces, remark))
        gap = "  " if self.narrow or room < 2 else " " * room
        self.line(*pieces, (gap if remark[0] else "", ""), remark, hang=3)

    def _folded(self, text: Text, width: int, hang: int) -> Iterator[Text]:
        first = text if self.plain else text.wrap(self.console, width)[0]
        yield first
        start = len(text.plain) - len(text.plain[len(first) :].lstrip())
        if start < len(text.plain):
            yield from text[start:].wrap(self.console, max(8, width - hang))

    def _put(self, text: Text, indent: int) -> None:
        # A build log obeys a line that starts with two colons (GitHub Actions); a backslash takes that from it.
        start = "\\" if text.plain.lstrip().startswith("::") else ""
        self.console.print(Text(" " * indent + start).append_text(text), soft_wrap=True)

    def _printable(self, words: str) -> str:
        encoding = self.console.encoding
        words = words.expandtabs(4).replace("##[", "##\\[")
        return words.encode(encoding, "backslashreplace").decode(encoding)
