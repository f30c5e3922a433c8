"""The error of this room: numbers from which no share, total or target can be made."""

from __future__ import annotations

from lokus.errors import InputError

__all__ = ["FollowupError"]


class FollowupError(InputError, ValueError):
    """The values given are missing, contradict themselves, or do not fit the settings."""
