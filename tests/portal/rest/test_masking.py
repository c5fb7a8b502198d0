"""Secrets do not stand in what the request log shows."""

import time

import pytest

from cordboard.portal.rest.masking import mask


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("POST /rest/1/abcdef0123/user.get.json?auth=tok&b=1", "POST /rest/1/•••/user.get.json?auth=•••&b=1"),
        ("/rest/anna/s3cret/", "/rest/anna/•••/"),
        ("/rest//1/s3cret/user.get", "/rest//1/•••/user.get"),
        ("/rest/user.get?access_token=tok", "/rest/user.get?access_token=•••"),
        ("a=1&auth=x%2Fy%3D&b=2", "a=1&auth=•••&b=2"),
        ("fields%5Bpassword%5D=x&fields[password]=y", "fields%5Bpassword%5D=•••&fields[password]=•••"),
        ('{"auth":"t","REFRESH_TOKEN" : "a\\"b", "x": 1}', '{"auth":"•••","REFRESH_TOKEN" : "•••", "x": 1}'),
        ('{"cmd":{"a":"user.get?auth=tok&x=1"}}', '{"cmd":{"a":"user.get?auth=•••&x=1"}}'),
        ("cmd[a]=user.get%3Fauth%3Dtok%26x%3D1", "cmd[a]=user.get%3Fauth%3D•••%26x%3D1"),
        ("Authorization: Bearer abc\ncookie: a=b", "Authorization: Bearer •••\ncookie: •••"),
        ('form-data; name="auth"\r\n\r\nTOK\r\n--x', 'form-data; name="auth"\r\n\r\n•••\r\n--x'),
        ("<r><application_token>zz</application_token></r>", "<r><application_token>•••</application_token></r>"),
        (
            '{"uploadUrl":"http:\\/\\/h\\/rest\\/1\\/zz\\/upload"}',
            '{"uploadUrl":"http:\\/\\/h\\/rest\\/1\\/•••\\/upload"}',
        ),
        ("?grant_type=authorization_code&code=a&client_id=b", "?grant_type=authorization_code&code=•••&client_id=b"),
        ("client_secret=a&refresh_token=b&scope=crm", "client_secret=•••&refresh_token=•••&scope=crm"),
        ('{"APPLICATION_TOKEN":"cut in the midd', '{"APPLICATION_TOKEN":"•••"'),
    ],
)
def test_a_secret_is_replaced_wherever_it_stands(raw: str, shown: str) -> None:
    assert shown == mask(raw)


@pytest.mark.parametrize(
    "text",
    [
        '{"author":"Anna","auth_type":1,"PHONE_NUMBER":"+79161234567"}',
        "/rest/telephony.externalline.get/",
        "author=x",
        "code=304",
    ],
)
def test_what_only_looks_like_a_secret_stays(text: str) -> None:
    assert text == mask(text)


@pytest.mark.parametrize(
    "part", ["%3F", '"auth"', "name=", "/rest/", "auth[", "&auth%5B", '"auth":"\\', "name=auth\r\n"]
)
def test_a_text_made_to_be_slow_is_masked_in_no_time(part: str) -> None:
    text = part * (64_000 // len(part))
    began = time.perf_counter()

    mask(text)

    assert time.perf_counter() - began < 2
