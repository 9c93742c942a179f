"""Ask a service to read a text, or who it is."""

import time
from collections.abc import Mapping
from typing import Any

import requests

TRIES = 50
TIMEOUT_SECONDS = 300


def post_text(url: str, text: str, **options: str) -> requests.Response:
    """Return the answer to a text, asked for with options; a full queue is asked again.

    Raises requests.RequestException where there is none.
    """
    for _ in range(TRIES):
        answer = requests.post(
            f"{url}/v1/analyze", json={"text": text, **options}, timeout=TIMEOUT_SECONDS
        )
        if answer.status_code != 503:
            break
        time.sleep(float(answer.headers.get("Retry-After", 1)))
    answer.raise_for_status()
    return answer


def fetch_model(url: str) -> Mapping[str, Any]:
    """Return the name, the version and the digest of the model that a service answers with."""
    capabilities = requests.get(f"{url}/v1/capabilities", timeout=60).json()
    model: Mapping[str, Any] = capabilities["model"]
    return model
