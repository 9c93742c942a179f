"""What every answer tells browsers not to do with it.

After OWASP (https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html). What
tells of TLS is for the proxy that has it.
"""

import flask

SECURITY_HEADERS = {
    # An answer is data: whatever a browser takes it for, it loads and runs nothing.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'",
    # Pages of other origins read answers by CORS or not at all.
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def secure_responses(app: flask.Flask) -> None:
    """Send these headers with every answer that has no other values for them."""

    def secure(response: flask.Response) -> flask.Response:
        for name, value in SECURITY_HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    app.after_request(secure)
