"""Where the output goes."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, Protocol, Union

from ._names import compression_of, form_of
from ._source import as_word, filesystem_of, is_url


class Writable(Protocol):
    """A file that is open for writing bytes."""

    def write(self, chunk: bytes, /) -> object: ...


Target = Union[str, "os.PathLike[str]", Writable]
"""A path, a URL that fsspec opens, or an open file."""

Take = Callable[[bytes], object]


@contextmanager
def written_by_name(target: str, fed: bool) -> Generator[str, None, None]:
    """The file that the command line is to write.

    Of what is fed to it it cannot know whether the end came because this process was killed. So it writes beside the target then, and
    only who is still here gives the file its name.
    """
    if not fed or (os.path.exists(target) and not os.path.isfile(target)):
        yield as_word(target)
        return
    path = os.path.realpath(target)  # a link stays one
    beside = os.path.join(os.path.dirname(path), f".transload-python-{uuid.uuid4().hex}-{os.path.basename(path)}")
    try:
        yield beside
        if os.path.exists(path):
            shutil.copymode(path, beside)
        os.replace(beside, path)
    except BaseException:
        if os.path.exists(beside):
            os.remove(beside)
        raise


@contextmanager
def written_to(target: Any) -> Generator[Take, None, None]:
    """Takes bytes for an open file, or for a URL, under which nothing appears unless all of it does."""
    if not isinstance(target, str):
        yield target.write
        return
    fs, path = filesystem_of(target)
    with fs.transaction:
        with fs.open(path, "wb") as file:
            yield file.write


def words_by_name(target: str, to: str | None) -> list[str]:
    """What a name tells that the command line does not see."""
    form, compression = to or form_of(target), compression_of(target)
    return [*([] if form is None else [f"--to={form}"]), *([] if compression is None else [f"--compress={compression}"])]


def is_path(target: object) -> bool:
    return isinstance(target, os.PathLike) or (isinstance(target, str) and not is_url(target))
