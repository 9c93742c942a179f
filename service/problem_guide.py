"""What each kind of problem means, and what its caller can do about it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guide:
    """The page of one kind of problem.

    Attributes:
        slug: What ends the problem's type.
        status: The HTTP status that it comes with.
        title: The problem's title.
        meaning: What happened, in one or two sentences.
        remedy: What the caller should do, in one to three sentences.
    """

    slug: str
    status: int
    title: str
    meaning: str
    remedy: str


# In the order of their statuses.
GUIDES: tuple[Guide, ...] = (
    Guide(
        "bad-request",
        400,
        "Bad request",
        "What arrived is not HTTP that this service can read: its first line, one of its headers "
        "or the length that it states is broken.",
        "Send the request with a maintained HTTP client, and look at what proxies on the way make "
        "of it. The same bytes will be refused again.",
    ),
    Guide(
        "invalid-header",
        400,
        "Invalid header",
        "A header that this service heeds has a value that makes no sense; `detail` names it and "
        "says what is accepted.",
        "Correct the header, or leave it out. The same request will be refused again.",
    ),
    Guide(
        "malformed-body",
        400,
        "Malformed body",
        "The body is empty, is not what its Content-Type says, is not UTF-8, or has a name twice "
        "in one object.",
        "Encode the body in UTF-8. As `application/json` it has to be JSON without NaN, Infinity, "
        "comments or repeated names; let a JSON library write it.",
    ),
    Guide(
        "unauthorized",
        401,
        "Unauthorized",
        "This instance answers only those who have an API key; the request carries none, or one "
        "that is not accepted.",
        "Send the key that the operator gave you as `Authorization: Bearer` or as `X-API-Key`. The "
        "same request will be refused again.",
    ),
    Guide(
        "not-found",
        404,
        "Not found",
        "There is nothing at this path.",
        "Check the path against `/openapi.json`; those that read texts begin with `/v1/`.",
    ),
    Guide(
        "method-not-allowed",
        405,
        "Method not allowed",
        "The path exists, but does not answer this method.",
        "Use one of the methods that the response's Allow header lists. Texts are sent with POST.",
    ),
    Guide(
        "not-acceptable",
        406,
        "Not acceptable",
        "The Accept header admits none of the media types that the answer comes in.",
        "Send no Accept header, or add `application/json` or another media type that "
        "`/openapi.json` lists for this path.",
    ),
    Guide(
        "request-timeout",
        408,
        "Request timeout",
        "The request took too long to arrive; or, in a stream, nothing came for longer than the "
        "service waits: what had come before was answered, but for a last line of less than a "
        "kibibyte.",
        "Send the request again, without pauses: in a stream, only the texts that have no result "
        "yet. If it is long, compress it with gzip or send it in parts.",
    ),
    Guide(
        "batch-too-long",
        413,
        "Batch too long",
        "The list has more texts than this service takes at once; none of them was analyzed.",
        "Send at most `limits.batch_max_items` of `/v1/capabilities` in one list, or send lines of "
        "`application/x-ndjson`, of which there may be any number.",
    ),
    Guide(
        "body-too-long",
        413,
        "Body too long",
        "The body, unpacked if it was compressed, has more bytes than this service reads; nothing "
        "of it was analyzed.",
        "Send at most `limits.max_body_bytes` of `/v1/capabilities` in one request; in a "
        "stream of lines, in one line.",
    ),
    Guide(
        "text-too-long",
        413,
        "Text too long",
        "The text has more code points than this service reads; nothing of it was analyzed.",
        "Send at most `limits.max_chars` of `/v1/capabilities` at once. Split a longer text "
        "between two of its articles or chapters: a speaker is only found in the part that names "
        "them.",
    ),
    Guide(
        "request-uri-too-long",
        414,
        "Request URI too long",
        "The first line of the request, with its path and query, is longer than this service "
        "reads.",
        "Send the text and its options in the body, as `application/json`.",
    ),
    Guide(
        "unsupported-media-type",
        415,
        "Unsupported media type",
        "The Content-Type is missing, or is none that this path reads; or the body is compressed "
        "in a way that this service does not unpack.",
        "Send one of the media types that `/openapi.json` lists for this path, `application/json` "
        "or `text/plain; charset=utf-8` for instance. Compress bodies with gzip or not at all.",
    ),
    Guide(
        "requested-range-not-satisfiable",
        416,
        "Requested range not satisfiable",
        "The Range header asks for a part that the file does not have.",
        "Leave the Range header out.",
    ),
    Guide(
        "expectation-failed",
        417,
        "Expectation failed",
        "The Expect header asks for something other than `100-continue`.",
        "Leave the Expect header out.",
    ),
    Guide(
        "invalid-request",
        422,
        "Invalid request",
        "The request can be read, but some of its fields or query parameters are missing, unknown "
        "or have values that are not allowed.",
        "Correct what `errors` lists: each entry points to a part of the request and says what is "
        "wrong with it. The same request will be refused again.",
    ),
    Guide(
        "unsupported-language",
        422,
        "Unsupported language",
        "This instance has no model for the language that was named or, where none was, that the "
        "text was found to be in.",
        "Send texts in one of the `languages` of `/v1/capabilities`. If the language was not "
        "recognized, name it in `language`.",
    ),
    Guide(
        "too-many-requests",
        429,
        "Too many requests",
        "Within a time that the operator has set, your key or your address has sent as many "
        "requests as it may; this one was not looked at.",
        "Wait as many seconds as the Retry-After header says, then send the request again. The "
        "RateLimit header of each answer tells how many are left.",
    ),
    Guide(
        "request-header-fields-too-large",
        431,
        "Request header fields too large",
        "The request has too many headers, or one that is too long.",
        "Send fewer or shorter headers; cookies are of no use here.",
    ),
    Guide(
        "caller-gone",
        499,
        "Caller gone",
        "The connection was closed, or its sending half, before the answer was there; nobody "
        "waited for it any more, so the text was given up.",
        "Keep the connection open in both directions until the answer is there.",
    ),
    Guide(
        "internal-server-error",
        500,
        "Internal server error",
        "The service failed, through no fault of the request.",
        "Send the request once more. If it fails again, give the operator its `request_id`, under "
        "which the log has the reason.",
    ),
    Guide(
        "not-implemented",
        501,
        "Not implemented",
        "The body has a Transfer-Encoding that this service does not read.",
        "Send the body with a Content-Length, or with `Transfer-Encoding: chunked` alone.",
    ),
    Guide(
        "not-ready",
        503,
        "Not ready",
        "The model is still loading, or can no longer answer and is about to be replaced.",
        "Wait as many seconds as the Retry-After header says, then send the request again. "
        "`/readyz` answers 200 once texts are read.",
    ),
    Guide(
        "overloaded",
        503,
        "Overloaded",
        "As many texts are waiting for the model as may wait, as many batches are open as may be, "
        "or too much is being sent at once; this request was not taken on.",
        "Wait at least as many seconds as the Retry-After header says, longer each time, then send "
        "the request again. Send fewer requests at once.",
    ),
    Guide(
        "deadline-exceeded",
        504,
        "Deadline exceeded",
        "The answer was not ready within the time that the request's `X-Deadline-Seconds` allowed, "
        "or within `limits.deadline_seconds` of `/v1/capabilities`.",
        "Send the request again once or twice, with pauses in between: the service may have had "
        "much to do. If the text is long, send it in parts.",
    ),
)
