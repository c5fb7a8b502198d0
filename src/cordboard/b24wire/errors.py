"""Errors of Bitrix24's REST: code, text and HTTP status of each, and what a client should do about it.

In:   a cause, named by one of the constants or functions below; or, at the other end, a code and status received.
Out:  a ``RestError`` that becomes the answer's body; or a ``Reaction`` that tells the client how to go on.

The surprise: most failures of a method have an **empty** code with status 400, and clients compare the text.
"""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Reaction", "RestError", "failure", "reaction_to"]


class RestError(Exception):
    """A refusal in Bitrix24's form: the method answers it instead of a result."""

    def __init__(self, code: str, text: str, status: int = 400, *, argument: str = "") -> None:
        super().__init__(text)
        #: The machine's word, empty for plain failures of a method.
        self.code = code
        #: The sentence clients compare.
        self.text = text
        #: The HTTP status.
        self.status = status
        #: The name of the argument at fault, sent along when known.
        self.argument = argument

    def body(self, *, empty_code: str = "") -> dict[str, object]:
        """The answer's JSON object; `empty_code` replaces an absent code (the portal's compatibility switch)."""
        body: dict[str, object] = {"error": self.code or empty_code, "error_description": self.text}
        if self.argument:
            body["argument"] = self.argument
        return body


def failure(text: str) -> RestError:
    """A method's own refusal: status 400 and no code, as real portals send it."""
    return RestError("", text)


# --- credentials ----------------------------------------------------------------------------------------------------


def no_auth_found() -> RestError:
    """No credential, or one that cannot be read as one."""
    return RestError("NO_AUTH_FOUND", "Wrong authorization data", 401)


def invalid_credentials() -> RestError:
    """An unknown webhook secret or its user."""
    return RestError("INVALID_CREDENTIALS", "Invalid request credentials", 401)


def expired_token() -> RestError:
    """An access token after its hour."""
    return RestError("expired_token", "The access token provided has expired", 401)


def invalid_token() -> RestError:
    """A token that is not of this portal."""
    return RestError("invalid_token", "Unable to get application by token", 401)


def insufficient_scope(*, webhook: bool) -> RestError:
    """The credential lacks the scope of the method."""
    token = "webhook" if webhook else "access"
    return RestError(
        "insufficient_scope", f"The request requires higher privileges than provided by the {token} token", 401
    )


def application_not_found() -> RestError:
    """The application was uninstalled."""
    return RestError("APPLICATION_NOT_FOUND", "Application not found", 401)


def authorization_error() -> RestError:
    """The user of the credential was dismissed or blocked."""
    return RestError("authorization_error", "Unable to authorize user", 401)


def user_access_error() -> RestError:
    """The application is closed to this user."""
    return RestError("user_access_error", "The user does not have access to the application.", 403)


def wrong_auth_type() -> RestError:
    """The method does not take this kind of credential (`event.bind` by a webhook)."""
    return RestError("WRONG_AUTH_TYPE", "Current authorization type is denied for this method", 403)


def access_denied(sentence: str = "") -> RestError:
    """The user's rights do not reach; `sentence` says which right is meant."""
    return RestError("ACCESS_DENIED", f"Access denied! {sentence}".rstrip(), 403)


def method_confirm_waiting() -> RestError:
    """A sensitive method waits for an administrator's confirmation."""
    return RestError("METHOD_CONFIRM_WAITING", "Waiting for confirmation", 401)


def method_confirm_denied() -> RestError:
    """The administrator refused to confirm a sensitive method."""
    return RestError("METHOD_CONFIRM_DENIED", "Method call denied", 403)


def https_required() -> RestError:
    """Plain HTTP where the portal insists on HTTPS."""
    return RestError("INVALID_REQUEST", "Https required.", 401)


def allowed_only_intranet_user() -> RestError:
    """An extranet user asks for what belongs to employees."""
    return RestError("allowed_only_intranet_user", "Allowed only for intranet users", 403)


def payment_required() -> RestError:
    """The subscription has ended."""
    return RestError("PAYMENT_REQUIRED", "Payment required", 401)


# --- the request ----------------------------------------------------------------------------------------------------


def method_not_found() -> RestError:
    """No method has this name."""
    return RestError("ERROR_METHOD_NOT_FOUND", "Method not found!", 404)


def argument_error(text: str, argument: str) -> RestError:
    """An argument is missing or bad; the answer names it."""
    return RestError("ERROR_ARGUMENT", text, 400, argument=argument)


def missing_argument(name: str) -> RestError:
    """A newer controller lacks a required argument."""
    return RestError("100", f"Could not find value for parameter {{{name}}}", 400)


def core_error(text: str) -> RestError:
    """A failed validation of field values."""
    return RestError("ERROR_CORE", text, 400)


def wrong_type(name: str, value: object) -> RestError:
    """A newer controller got something else than the object or list it wants."""
    told = f"Invalid value {{{value}}} to match with parameter {{{name}}}"
    return RestError("100", f"{told}. Should be value of type array.")


def invalid_value(text: str) -> RestError:
    """A newer controller got a value it cannot use."""
    return RestError("INVALID_ARG_VALUE", text, 400)


def invalid_type(text: str = "The value of an argument is of a wrong type") -> RestError:
    """A newer controller got a value of a wrong type."""
    return RestError("INVALID_ARG_TYPE", text, 400)


def not_found(text: str = "Element not found") -> RestError:
    """A newer controller looked for an element that is not there."""
    return RestError("NOT_FOUND", text, 400)


def wrong_encoding() -> RestError:
    """The request is not UTF-8."""
    return RestError("WRONG_ENCODING", "The request is not valid UTF-8", 400)


def request_too_large(text: str) -> RestError:
    """The request passes one of our caps; no code of the original fits."""
    return RestError("INVALID_REQUEST", text, 413)


def http_method_not_allowed() -> RestError:
    """Neither GET nor POST."""
    return RestError("INVALID_REQUEST", "Only GET and POST are supported", 405)


def batch_method_not_allowed() -> RestError:
    """`batch`, upload or download inside a batch."""
    return RestError("ERROR_BATCH_METHOD_NOT_ALLOWED", "Method is not allowed for batch usage", 405)


def batch_length_exceeded() -> RestError:
    """A command beyond the fiftieth."""
    return RestError("ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded", 400)


def event_not_found() -> RestError:
    """`event.bind` of an event that does not exist."""
    return RestError("ERROR_EVENT_NOT_FOUND", "Event not found", 400)


# --- the portal -----------------------------------------------------------------------------------------------------


def query_limit_exceeded() -> RestError:
    """The leaky bucket is full."""
    return RestError("QUERY_LIMIT_EXCEEDED", "Too many requests", 503)


def operation_time_limit() -> RestError:
    """Ten minutes' budget of one method is spent."""
    return RestError("OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit.", 429)


def overload_limit() -> RestError:
    """The portal is blocked by hand."""
    return RestError("OVERLOAD_LIMIT", "REST API is blocked due to overload.", 503)


def portal_deleted() -> RestError:
    """The portal is no more; ours never says so by itself."""
    return RestError("PORTAL_DELETED", "Portal was deleted", 403)


def unexpected_answer() -> RestError:
    """A server behind the portal answered nonsense."""
    return RestError("ERROR_UNEXPECTED_ANSWER", "Server returned an unexpected response", 500)


def database_error() -> RestError:
    """The database refused."""
    return RestError("ERROR_CORE", "SQL query error!", 500)


def internal_server_error() -> RestError:
    """A defect of the portal; its log knows more."""
    return RestError("INTERNAL_SERVER_ERROR", "Internal server error", 500)


# --- what a client does about it ------------------------------------------------------------------------------------


class Reaction(StrEnum):
    """What a client should do after an error."""

    RETRY = "retry later"
    PAUSE = "retry after a pause"
    REFRESH = "refresh the token and retry once"
    STOP = "stop the connection until somebody repairs it"
    GIVE_UP = "the request itself is refused"


def reaction_to(code: str, status: int) -> Reaction:
    """How a client goes on after an answer with this code and HTTP status."""
    if known := REACTIONS.get(code.upper()):
        return known
    return Reaction.RETRY if status in {429, 500, 502, 503, 504} else Reaction.GIVE_UP


REACTIONS = {
    "QUERY_LIMIT_EXCEEDED": Reaction.RETRY,
    "OVERLOAD_LIMIT": Reaction.RETRY,
    "INTERNAL_SERVER_ERROR": Reaction.RETRY,
    "ERROR_UNEXPECTED_ANSWER": Reaction.RETRY,
    "OPERATION_TIME_LIMIT": Reaction.PAUSE,
    "EXPIRED_TOKEN": Reaction.REFRESH,
    "INVALID_TOKEN": Reaction.REFRESH,
    "NO_AUTH_FOUND": Reaction.STOP,
    "INVALID_CREDENTIALS": Reaction.STOP,
    "INSUFFICIENT_SCOPE": Reaction.STOP,
    "ACCESS_DENIED": Reaction.STOP,
    "PAYMENT_REQUIRED": Reaction.STOP,
    "PORTAL_DELETED": Reaction.STOP,
    "APPLICATION_NOT_FOUND": Reaction.STOP,
    "AUTHORIZATION_ERROR": Reaction.STOP,
    "USER_ACCESS_ERROR": Reaction.STOP,
}
