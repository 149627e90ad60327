"""The two bases of every wire record."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Request(BaseModel):
    """Sent to an edge; a field it does not know is an error, not a surprise."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(BaseModel):
    """Sent by an edge; fields added later do not break an older reader."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Problem(Answer):
    """The body of every 4xx and 5xx answer.

    Attributes:
        code: Stable name, such as ``camera.password``.
        what: One sentence that says what is wrong.
        todo: One sentence that says what to do.
    """

    code: str
    what: str
    todo: str
