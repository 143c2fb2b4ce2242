"""SEEDED DRAWS. Every draw is a pure function of (seed, what it is for, the key it is for): no
generator, no order of calls, no library whose numbers change between versions. So a household
keeps its city when the file grows, and two runs with one seed agree to the last bit."""

from collections.abc import Iterable
from hashlib import blake2b

import numpy as np

U64 = np.uint64


def key_hash(key: str) -> int:
    """64 bits of a text key, the same on every platform."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "little")


def key_hashes(keys: Iterable[str]) -> np.ndarray:
    return np.fromiter((key_hash(key) for key in keys), dtype=U64)


def mix(x: np.ndarray) -> np.ndarray:
    """The finaliser of splitmix64: a bijection that spreads every bit."""
    x = np.asarray(x, dtype=U64)
    x = (x ^ (x >> U64(30))) * U64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> U64(27))) * U64(0x94D049BB133111EB)
    return x ^ (x >> U64(31))


def draw(seed: int, purpose: str, keys: np.ndarray) -> np.ndarray:
    """64 random bits for each key hash. Arrays only: NumPy warns of overflow in scalars."""
    salt = mix(np.array([(seed ^ key_hash(purpose)) & 0xFFFFFFFFFFFFFFFF], dtype=U64))
    return mix(mix(np.atleast_1d(keys)) ^ salt)


def below(bits: np.ndarray, n: int) -> np.ndarray:
    """Bits to a number in [0, n), n at most 2^32, by multiply and shift."""
    return ((bits >> U64(32)) * U64(n)) >> U64(32)


def unit(bits: np.ndarray) -> np.ndarray:
    """Bits to a double in [0, 1)."""
    return (bits >> U64(11)).astype(np.float64) * 2.0**-53
