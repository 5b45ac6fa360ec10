"""What pages load that others wrote is what its lists say, with the licences beside it."""

import base64
import hashlib

import pytest
from page_libraries import LIST, Package, PageLibraryError, checked, folders, listed, sha256_of


def test_each_file_is_as_it_was_fetched_and_each_package_has_its_licence() -> None:
    for folder in folders():
        packages = listed(folder)
        files = {each.name: each.sha256 for package in packages for each in package.files}
        assert files == {each.name: sha256_of(each) for each in folder.iterdir() if each.name != LIST}
        assert {f"LICENSE.{each.name}" for each in packages} <= set(files)
    assert len(folders()) > 1


def test_a_package_that_is_another_is_refused() -> None:
    right = "sha512-" + base64.b64encode(hashlib.sha512(b"packed").digest()).decode()
    checked(b"packed", Package("one", "1.0.0", right, ()))
    for archive, integrity in ((b"other", right), (b"packed", right.replace("sha512", "sha256"))):
        with pytest.raises(PageLibraryError, match=r"one 1\.0\.0 is not as listed"):
            checked(archive, Package("one", "1.0.0", integrity, ()))
