"""Whosaid as an AI service of Superdesk: who is in an article, as tags to choose from.

Add `whosaid_superdesk` to INSTALLED_APPS, and say in settings.py, or in the environment:

- WHOSAID_URL: where Whosaid answers, such as http://whosaid.newsroom.internal:8000
- WHOSAID_KEY: the API key, if Whosaid wants one
- WHOSAID_TIMEOUT: how many seconds an editor waits at most; 30 if not said
- WHOSAID_SERVICE_NAME: what Superdesk calls the service; `whosaid` if not said. Superdesk's own
  tagging widget asks for the service `imatrics`, and nothing else: with that name it asks this one.

What a provider is, superdesk-core says in superdesk/text_checkers/ai/base.py; the tags are those of
its iMatrics provider (superdesk/text_checkers/ai/imatrics.py), as the widget reads them
(scripts/extensions/auto-tagging-widget/src/adapter.ts of superdesk-client-core).
"""

import os
import re
from collections import Counter
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import requests
from superdesk.errors import SuperdeskApiError
from superdesk.text_checkers.ai.base import AIServiceBase, registered_ai_services

# Whosaid's lists, and what the widget calls such tags.
_GROUPS = {"people": "person", "organisations": "organisation", "places": "place"}
_WIKIDATA = re.compile(r"https?://(?:www\.)?wikidata\.org/(?:entity|wiki)/(Q[0-9]+)")
_CONNECT_SECONDS = 3.0
_USUAL_SECONDS = 30.0
# The service's own 504 is to come before this side gives up.
_GRACE_SECONDS = 2.0

Tags = dict[str, list[dict[str, Any]]]


def init_app(app: Any) -> None:
    """Register the service with a Superdesk application; in place of one with the same name."""
    registered_ai_services.pop(_read(app.config, "WHOSAID_SERVICE_NAME") or Whosaid.name, None)
    Whosaid(app)


class Whosaid(AIServiceBase):
    """Suggests the people, organisations and places of an article, the most salient first."""

    name = "whosaid"
    label = "Whosaid"

    def __init__(self, app: Any) -> None:
        super().__init__(app)
        self._config = app.config
        self.name = _read(app.config, "WHOSAID_SERVICE_NAME") or self.name
        self._session = requests.Session()

    def analyze(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """Return the tags of an article by group, and its quotes, which the widget leaves out.

        Of the article, `language`, `headline`, `abstract` and `body_html` are read. Raises
        SuperdeskApiError: with status 400 for an article that Whosaid refuses, 500 where no
        WHOSAID_URL is set, 502 where it gives no answer in time.
        """
        parts = [item.get("abstract") or "", item.get("body_html") or ""]
        return self._ask(item.get("headline") or "", "\n".join(filter(None, parts)), item)

    def data_operation(
        self, verb: str, operation: str, name: str | None, data: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Do what the widget asks for beside an analysis.

        `search` finds the names in a term that an editor has typed. `feedback` is thanked for:
        Whosaid keeps nothing. There are no tags to create or delete.
        """
        if verb != "POST":
            raise SuperdeskApiError.badRequestError(f"[{self.name}] {operation} is for POST only")
        if operation == "search":
            found = self._ask("", str(data.get("term") or ""), data)
            return {"tags": _without(found, "quotes"), "broader": {}}
        if operation == "feedback":
            return {}
        raise SuperdeskApiError.badRequestError(
            f"[{self.name}] cannot {operation} tags: it has none of its own. Names that are to "
            "be known go into Whosaid's authority file"
        )

    def _ask(self, headline: str, html: str, item: Mapping[str, Any]) -> dict[str, Any]:
        if not (headline.strip() or html.strip()):
            return {"subject": []}
        submission = {
            "text": html,
            "headline": headline or None,
            "content_type": "text/html",
            "language": item.get("language"),
            "include": ["entities", "quotes"],
        }
        answer = self._post({key: value for key, value in submission.items() if value is not None})
        spoken = Counter(
            quote["speaker"]["entity_id"] for quote in answer["quotes"] if quote["speaker"]
        )
        tags: Tags = {
            group: [self._tag(entity, spoken[entity["id"]]) for entity in _by_salience(answer[key])]
            for key, group in _GROUPS.items()
        }
        quotes = [_summarize(quote) for quote in answer["quotes"]]
        return {"subject": [], **tags, "quotes": quotes}

    def _post(self, submission: Mapping[str, Any]) -> Any:
        url, key = _read(self._config, "WHOSAID_URL"), _read(self._config, "WHOSAID_KEY")
        if not url:
            raise SuperdeskApiError.notConfiguredError(f"[{self.name}] WHOSAID_URL is not set")
        seconds = float(_read(self._config, "WHOSAID_TIMEOUT") or _USUAL_SECONDS)
        headers = {"X-Deadline-Seconds": f"{seconds:g}"}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        try:
            response = self._session.post(
                f"{url.rstrip('/')}/v1/analyze",
                json=submission,
                headers=headers,
                timeout=(_CONNECT_SECONDS, seconds + _GRACE_SECONDS),
                # An unpublished article goes to the address that was set, and to no other; and
                # with it goes no password that a .netrc file has for the host.
                allow_redirects=False,
                auth=lambda request: request,
            )
            answer = response.json()
        except requests.RequestException as error:
            reason = type(error).__name__
            raise SuperdeskApiError.proxyError(
                f"[{self.name}] Whosaid gave no answer: {reason}"
            ) from error
        if response.status_code != HTTPStatus.OK:
            told = f"[{self.name}] {answer.get('title')}: {answer.get('detail')}"
            is_ours = response.status_code in {400, 413, 422}
            refuse = SuperdeskApiError.badRequestError if is_ours else SuperdeskApiError.proxyError
            raise refuse(told)
        return answer

    def _tag(self, entity: Mapping[str, Any], quotes: int) -> dict[str, Any]:
        """Return an entity as the widget wants it.

        Its `qcode` is the URI of the authority file, or else an id that is made of type and name,
        the same in every article: a tag that is there already is recognized.
        """
        altids = {"whosaid": entity["id"]}
        if item := _WIKIDATA.fullmatch(entity["uri"] or ""):
            altids["wikidata"] = item[1]
        return {
            "name": entity["name"],
            "qcode": entity["uri"] or entity["id"],
            "parent": None,
            "source": self.name,
            "aliases": entity["aliases"],
            "original_source": "whosaid",
            "altids": altids,
            "description": _describe(entity["count"], quotes),
        }


def _by_salience(entities: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return entities with the most salient first."""
    return sorted(entities, key=lambda entity: -entity["salience"])


def _describe(mentions: int, quotes: int) -> str:
    told = f"named {mentions} time{'s' * (mentions != 1)}"
    return f"{told}, quoted {quotes} time{'s' * (quotes != 1)}" if quotes else told


def _summarize(quote: Mapping[str, Any]) -> dict[str, Any]:
    """Return what there is to show of a quote; its speaker is null where the text names none."""
    speaker = quote["speaker"]
    return {
        "text": quote["text"],
        "kind": quote["kind"],
        "speaker": speaker and speaker["name"],
        "status": quote["attribution"]["status"],
        "confidence": quote["attribution"]["confidence"],
    }


def _without(found: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name != key}


def _read(config: Mapping[str, Any], name: str) -> str:
    """Return a setting of Superdesk's, or of the environment, as its own providers do."""
    return str(config.get(name) or os.environ.get(name) or "")
