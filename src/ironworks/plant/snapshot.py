"""States to bytes and back, bit for bit and without pickle.

Plain JSON: Python writes the shortest text that reads back as the same float64, so nothing is lost. Arrays carry their
type and shape, bytes travel as base64.
"""

import base64
import json
from typing import Any

import numpy as np

from ironworks.core.errors import CallError

FORMAT = "ironworks simulated works 2"


def pack(tree: dict[str, Any]) -> bytes:
    """A tree of dicts, lists, numbers, texts, None, bytes and arrays as bytes."""
    return json.dumps({"format": FORMAT, "tree": _encode(tree)}).encode()


def unpack(state: bytes) -> dict[str, Any]:
    """The tree that was packed (tuples come back as lists); CallError for anything else."""
    try:
        content = json.loads(state)
        if content["format"] != FORMAT:
            raise ValueError(f"format {content['format']!r}")
        return _decode(content["tree"])
    except (ValueError, KeyError, TypeError) as error:
        raise CallError(f"not a snapshot: {error}", expected=FORMAT, remedy="give what snapshot() returned") from None


def _encode(node: Any) -> Any:
    if isinstance(node, np.ndarray):
        return {"__array__": str(node.dtype), "shape": node.shape, "values": node.ravel().tolist()}
    if isinstance(node, bytes):
        return {"__bytes__": base64.b64encode(node).decode()}
    if isinstance(node, dict):
        return {str(key): _encode(value) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [_encode(value) for value in node]
    return node.item() if isinstance(node, np.generic) else node


def _decode(node: Any) -> Any:
    if isinstance(node, dict):
        if "__array__" in node:
            return np.asarray(node["values"], dtype=node["__array__"]).reshape(node["shape"])
        if "__bytes__" in node:
            return base64.b64decode(node["__bytes__"])
        return {key: _decode(value) for key, value in node.items()}
    return [_decode(value) for value in node] if isinstance(node, list) else node
