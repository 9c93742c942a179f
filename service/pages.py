"""Pages for people: a story to try, the API's document, and each kind of problem."""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import NoReturn

import flask
from flask_swagger_ui import get_swaggerui_blueprint
from markupsafe import Markup, escape
from werkzeug.exceptions import NotFound

from schemas.problems import PROBLEM_PAGES, TYPE_PREFIX
from service.problem_guide import GUIDES

DOCS = "/docs"

_MEDIA_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
# The page at / is these files, read once: nothing else can be had below its path.
_PAGE = {
    path.name: path.read_bytes()
    for path in Path(__file__).with_name("page").iterdir()
    if path.suffix in _MEDIA_TYPES
}
# It makes every element by itself, and asks nobody but the service.
_PAGE_POLICY = (
    "default-src 'none'; connect-src 'self'; img-src 'self'; script-src 'self'; "
    "style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
# Nothing on these pages comes from, or goes to, any other place. Swagger UI draws with inline
# styles and images.
_POLICY = (
    "default-src 'none'; connect-src 'self'; script-src {scripts}; style-src 'self' "
    "'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'"
)
_INLINE_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)
_CODE = re.compile(r"`([^`]+)`")
_GUIDES = {guide.slug: guide for guide in GUIDES}

blueprint = flask.Blueprint("pages", __name__, template_folder="templates")


@blueprint.app_template_filter("code")
def render_code(sentence: str) -> Markup:
    """Return a sentence as HTML, with what stands between backticks as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(sentence))))


@blueprint.get("/", defaults={"name": "index.html"})
@blueprint.get("/page/<name>")
def page(name: str) -> flask.Response:
    """Return a file of the page where a story can be tried.

    Caches keep it, and ask each time whether it still holds: its files belong together.
    """
    if name not in _PAGE:
        raise NotFound("the page has no such file")
    response = flask.Response(_PAGE[name], mimetype=_MEDIA_TYPES[Path(name).suffix])
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Security-Policy"] = _PAGE_POLICY
    # Weak, for it stands for all the codings of a file.
    response.add_etag(weak=True)
    response.make_conditional(flask.request)
    return response


@blueprint.get(PROBLEM_PAGES)
def problems() -> str:
    """List every kind of problem."""
    return flask.render_template("problems.html", guides=GUIDES, prefix=TYPE_PREFIX)


@blueprint.get(f"{PROBLEM_PAGES}/<slug>")
def problem(slug: str) -> str:
    """Tell what a kind of problem means, and what its caller can do."""
    guide = _GUIDES.get(slug) or _refuse()
    return flask.render_template("problem.html", guide=guide, prefix=TYPE_PREFIX)


def _refuse() -> NoReturn:
    raise NotFound("there is no such kind of problem")


def register_pages(app: flask.Flask) -> None:
    """Serve the pages of an application, from files that came with its packages."""
    # Swagger UI would have the document checked by a service elsewhere. Where OAuth sends people
    # back to would be made of the Host header; with it, the page holds nothing of a request.
    config = {"app_name": "Whosaid", "validatorUrl": None, "oauth2RedirectUrl": None}
    reader = get_swaggerui_blueprint(DOCS, "/openapi.json", config, blueprint_name="docs")
    reader.after_request(_confine)
    app.register_blueprint(blueprint)
    app.register_blueprint(reader)


@blueprint.after_request
def _confine(response: flask.Response) -> flask.Response:
    policy = _POLICY.format(scripts=_list_scripts(response))
    response.headers.setdefault("Content-Security-Policy", policy)
    return response


def _list_scripts(response: flask.Response) -> str:
    """Return which scripts a page may run: the service's files, and those that stand in it."""
    # Files are never read into memory for it.
    page = b"" if response.direct_passthrough else response.get_data()
    digests = [sha256(script).digest() for script in _INLINE_SCRIPT.findall(page)]
    hashes = [f"'sha256-{b64encode(digest).decode()}'" for digest in digests]
    return " ".join(("'self'", *hashes))
