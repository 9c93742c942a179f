"""Types of plain JSON."""

from collections.abc import Mapping
from typing import Any

JsonObject = dict[str, Any]
AnyMapping = Mapping[str, Any]
