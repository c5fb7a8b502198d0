"""Where recordings lie."""

import pytest
from sqlalchemy import make_url

from cordboard.portal.files import files_folder


@pytest.mark.parametrize(
    ("url", "folder"),
    [
        ("sqlite:///crm/portal.db", "crm/portal-files"),
        ("postgresql://office@db.example/crm", "crm-files"),
        ("postgresql://office@db.example", "portal-files"),
    ],
)
def test_the_folder_of_recordings_is_named_after_the_database(url: str, folder: str) -> None:
    assert folder == str(files_folder(make_url(url)))
