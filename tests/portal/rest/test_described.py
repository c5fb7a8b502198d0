"""What methods say of themselves: every one has a summary, and its parameters can be read."""

import pytest

from cordboard.portal.rest import asgi
from cordboard.portal.rest.described import Parameter, describe
from cordboard.portal.rest.registry import Method, all_methods, find_method

assert asgi  # importing it fills the registry


@pytest.mark.parametrize("method", all_methods(), ids=lambda method: method.name)
def test_every_method_describes_itself(method: Method) -> None:
    said = describe(method)

    assert said.summary.endswith(".")
    assert all(parameter.meaning for parameter in said.parameters)


def test_parameters_and_differences_are_read_from_the_docstring() -> None:
    found = find_method("telephony.externalCall.hide")
    assert found is not None

    said = describe(found)

    assert "Take the card from users; false if there is no such call." == said.summary
    assert Parameter("CALL_ID", True, "string", "a running call") == said.parameters[0]
    assert not said.differs


def test_a_line_in_no_known_form_is_refused() -> None:
    async def handler(context: object, params: object) -> None:
        """A summary.

        A paragraph that is no parameter.
        """

    with pytest.raises(ValueError, match="is no `NAME"):
        describe(Method("a.method", "", handler))
