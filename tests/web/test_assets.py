"""The npm assets: pinned without addresses, small, and all there."""

import gzip
from pathlib import Path

import pytest

from cordboard.web.assets import STATIC, asset_url, assets, icon

ROOT = Path(__file__).parent.parent.parent


def test_the_lock_of_the_assets_names_no_registry():
    lock = (ROOT / "assets/package-lock.json").read_text(encoding="utf-8")

    assert "resolved" not in lock


def test_every_icon_of_the_list_is_in_the_package_and_draws_itself():
    for name in (ROOT / "assets/icons.txt").read_text(encoding="utf-8").split():
        assert str(icon(name)).startswith('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">')


def test_script_and_style_of_a_page_stay_below_their_budget():
    sent = [asset for name, asset in assets().items() if name.endswith((".js", ".css"))]

    assert sum(len(gzip.compress(asset.content)) for asset in sent) < 150_000


def test_a_file_that_is_not_there_is_a_mistake_that_names_it():
    with pytest.raises(LookupError, match="nowhere"):
        asset_url("css/nowhere.css")


def test_nothing_in_our_own_files_is_fetched_from_outside():
    ours = [path for path in STATIC.rglob("*") if path.suffix in (".css", ".js") and "npm" not in path.parts]

    for path in ours:
        text = path.read_text(encoding="utf-8")
        assert "http://" not in text.replace("http://www.w3.org", "")
        assert "https://" not in text
