"""Every error of the transport's table: code, text, status."""

import pytest

from cordboard.b24wire import errors

ROWS = [
    (errors.method_not_found(), "ERROR_METHOD_NOT_FOUND", 404, "Method not found!"),
    (errors.no_auth_found(), "NO_AUTH_FOUND", 401, "Wrong authorization data"),
    (errors.invalid_credentials(), "INVALID_CREDENTIALS", 401, "Invalid request credentials"),
    (errors.expired_token(), "expired_token", 401, "The access token provided has expired"),
    (errors.invalid_token(), "invalid_token", 401, "Unable to get application by token"),
    (
        errors.insufficient_scope(webhook=True),
        "insufficient_scope",
        401,
        "The request requires higher privileges than provided by the webhook token",
    ),
    (
        errors.insufficient_scope(webhook=False),
        "insufficient_scope",
        401,
        "The request requires higher privileges than provided by the access token",
    ),
    (errors.application_not_found(), "APPLICATION_NOT_FOUND", 401, "Application not found"),
    (errors.authorization_error(), "authorization_error", 401, "Unable to authorize user"),
    (errors.user_access_error(), "user_access_error", 403, "The user does not have access to the application."),
    (errors.wrong_auth_type(), "WRONG_AUTH_TYPE", 403, "Current authorization type is denied for this method"),
    (errors.access_denied(), "ACCESS_DENIED", 403, "Access denied!"),
    (errors.access_denied("Ask."), "ACCESS_DENIED", 403, "Access denied! Ask."),
    (errors.method_confirm_waiting(), "METHOD_CONFIRM_WAITING", 401, "Waiting for confirmation"),
    (errors.https_required(), "INVALID_REQUEST", 401, "Https required."),
    (errors.argument_error("No.", "X"), "ERROR_ARGUMENT", 400, "No."),
    (errors.core_error("No."), "ERROR_CORE", 400, "No."),
    (errors.database_error(), "ERROR_CORE", 500, "SQL query error!"),
    (errors.query_limit_exceeded(), "QUERY_LIMIT_EXCEEDED", 503, "Too many requests"),
    (errors.operation_time_limit(), "OPERATION_TIME_LIMIT", 429, "Method is blocked due to operation time limit."),
    (errors.overload_limit(), "OVERLOAD_LIMIT", 503, "REST API is blocked due to overload."),
    (errors.internal_server_error(), "INTERNAL_SERVER_ERROR", 500, "Internal server error"),
    (errors.batch_method_not_allowed(), "ERROR_BATCH_METHOD_NOT_ALLOWED", 405, "Method is not allowed for batch usage"),
    (errors.batch_length_exceeded(), "ERROR_BATCH_LENGTH_EXCEEDED", 400, "Max batch length exceeded"),
    (errors.payment_required(), "PAYMENT_REQUIRED", 401, "Payment required"),
    (errors.allowed_only_intranet_user(), "allowed_only_intranet_user", 403, "Allowed only for intranet users"),
    (errors.missing_argument("fields"), "100", 400, "Could not find value for parameter {fields}"),
    (errors.not_found(), "NOT_FOUND", 400, "Element not found"),
    (errors.event_not_found(), "ERROR_EVENT_NOT_FOUND", 400, "Event not found"),
    (errors.failure("Call is not found"), "", 400, "Call is not found"),
]


@pytest.mark.parametrize(("error", "code", "status", "text"), ROWS)
def test_an_error_has_its_code_status_and_text(error: errors.RestError, code: str, status: int, text: str) -> None:
    assert (code, status, text) == (error.code, error.status, error.text)
