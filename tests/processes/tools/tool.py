"""What the test knows of a migration tool."""
from typing import Callable, NamedTuple, Optional


class Refusal(NamedTuple):
    """The tool has applied all; then its folder and its record are changed so that the import must refuse."""
    what: str
    files: dict  # path to text, None: it is deleted
    sql: str = ""
    message: str = ""  # FROM and DIR stand for the folders


class Tool(NamedTuple):
    name: str
    files: Callable[[int], dict]  # path to text: the folder with its first so many migrations
    apply: Callable[[str, str, int], None]  # database, folder, how many are in it; raises what failed
    record: Optional[str]  # its table
    missing: Callable[[], Optional[str]]  # why it cannot be had, None when it can
    refusals: list
