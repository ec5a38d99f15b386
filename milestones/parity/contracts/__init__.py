"""Recorded behaviour of two systems, compared: pure, and streamed from whatever holds the recordings."""

from __future__ import annotations

from .exchange import Exchange, read_line, system_of
from .matrix import Matrix, matrix_of
from .report import Contract, Endpoint, Lines, Noise, Recording, Told, contract, index, noise_of

__all__ = [
    "Contract", "Endpoint", "Exchange", "Lines", "Matrix", "Noise", "Recording", "Told", "contract",
    "index", "matrix_of", "noise_of", "read_line", "system_of",
]  # fmt: skip
