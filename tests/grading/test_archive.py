"""Files of folders and zips are listed and read, whatever somebody put there."""

import os
import stat
import zipfile
from pathlib import Path

import pytest

from gru_lab.grading import archive, zips
from gru_lab.grading.archive import open_archive
from gru_lab.grading.entries import SubmissionsError, Unreadable
from gru_lab.grading.zips import open_inner

LIMIT = 1 << 20


@pytest.fixture
def packed(tmp_path):
    """A function: the path of a zip with these files, given as names or ZipInfos and their bytes."""

    def pack(*files, method=zipfile.ZIP_DEFLATED):
        path = tmp_path / "given.zip"
        with zipfile.ZipFile(path, "w", method) as out:
            for name, data in files:
                out.writestr(name, data)
        return path

    return pack


def why(entry):
    with pytest.raises(Unreadable) as caught:
        entry.read(LIMIT)
    return str(caught.value)


@pytest.mark.parametrize("name", ["../../evil.ipynb", "/etc/evil.ipynb", "C:\\evil.ipynb", "..\\evil.ipynb"])
def test_a_path_out_of_a_zip_is_left_out_and_named(packed, name):
    given = open_archive(packed((name, b"{}"), ("anna/06.ipynb", b"{}")))
    assert [entry.path for entry in given.entries] == ["anna/06.ipynb"]
    assert name in given.notes[0]


def test_of_a_students_own_zip_only_the_files_name_counts(packed):
    (entry,) = open_inner(packed(("../../06.ipynb", b"{}")).read_bytes(), "anna.zip").entries
    assert entry.parts == ("06.ipynb",) and entry.read(LIMIT) == b"{}"


def test_backslashes_divide_folders(packed):
    assert open_archive(packed(("anna\\06.ipynb", b"{}"))).entries[0].parts == ("anna", "06.ipynb")


def test_a_link_in_a_zip_is_not_read(packed):
    link = zipfile.ZipInfo("06.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert "is a link" in why(open_archive(packed((link, b"/etc/passwd"))).entries[0])


def test_a_zip_bomb_is_named_before_it_is_unpacked(packed):
    assert "unpacks to 20 MB" in why(open_archive(packed(("06.ipynb", b"0" * (20 << 20)))).entries[0])


def test_a_size_that_is_not_true_does_no_harm(packed):
    path = packed(("06.ipynb", b"0" * 5000), method=zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace((5000).to_bytes(4, "little"), (7).to_bytes(4, "little")))
    assert "cannot be read" in why(open_archive(path).entries[0])


def test_what_cannot_be_unpacked_little_by_little_is_not_unpacked(packed):
    assert "unusual way" in why(open_archive(packed(("06.ipynb", b"{}"), method=zipfile.ZIP_BZIP2)).entries[0])


def test_a_password_is_named(packed):
    path = packed(("06.ipynb", b"{}"))
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert "password" in why(open_archive(path).entries[0])


def test_a_students_zip_of_very_many_files_is_not_listed(packed, monkeypatch):
    monkeypatch.setattr(zips, "MOST_INNER", 3)
    data = packed(*((f"{number}.ipynb", b"") for number in range(4))).read_bytes()
    with pytest.raises(Unreadable, match="more than 3 files"):
        open_inner(data, "anna.zip")


def test_both_of_two_files_of_one_name_can_be_read(packed):
    with pytest.warns(UserWarning, match="Duplicate"):
        path = packed(("06.ipynb", b"1"), ("06.ipynb", b"2"))
    assert {entry.read(LIMIT) for entry in open_archive(path).entries} == {b"1", b"2"}


def test_utf8_that_does_not_say_so_is_read_as_meant(packed):
    path = packed(("M?!ller.ipynb", b"{}"))
    path.write_bytes(path.read_bytes().replace(b"?!", "ü".encode()))
    assert open_archive(path).entries[0].name == "Müller.ipynb"


def test_junk_is_not_listed(packed):
    junk = ("__MACOSX/._06.ipynb", ".ipynb_checkpoints/06.ipynb", "a/.DS_Store", "Thumbs.db", "~$essay.docx")
    assert open_archive(packed(*((name, b"") for name in junk))).entries == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_links_and_pipes_in_a_folder_are_not_opened(tmp_path):
    (tmp_path / "link.ipynb").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "pipe.ipynb")
    link, pipe = open_archive(tmp_path).entries
    assert "is a link" in why(link) and "no ordinary file" in why(pipe)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
@pytest.mark.parametrize("change", ["link", "pipe"])
def test_a_file_that_became_another_after_listing_is_not_opened(tmp_path, change):
    path = tmp_path / "06.ipynb"
    path.write_text("{}", encoding="utf-8")
    (entry,) = open_archive(tmp_path).entries
    path.unlink()
    path.symlink_to("/etc/passwd") if change == "link" else os.mkfifo(path)
    why(entry)


def test_a_notebook_too_large_is_not_read(tmp_path):
    path = tmp_path / "06.ipynb"
    path.touch()
    os.truncate(path, 200 << 20)
    assert "too large: 200 MB" in why(open_archive(path).entries[0])


def test_a_notebook_that_grew_after_listing_is_read_up_to_the_limit(tmp_path):
    path = tmp_path / "06.ipynb"
    path.touch()
    entry = open_archive(path).entries[0]
    os.truncate(path, 2 * LIMIT)
    assert "too large: more than 1 MB" in why(entry)


def test_a_link_to_a_folder_is_not_entered(tmp_path):
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    (entry,) = open_archive(tmp_path).entries
    assert "is a link" in why(entry)


@pytest.mark.parametrize("content", [b"", b"PK nonsense", b"Rar!"])
def test_what_is_no_zip_is_said_with_what_to_do(tmp_path, content):
    path = tmp_path / "given.zip"
    path.write_bytes(content)
    with pytest.raises(SubmissionsError, match="Download it again, or unpack it"):
        open_archive(path)


def test_a_path_that_is_missing_is_said(tmp_path):
    with pytest.raises(SubmissionsError, match="cannot be found"):
        open_archive(tmp_path / "nowhere")


def test_a_folder_of_too_many_files_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MOST_FILES", 2)
    for number in range(3):
        (tmp_path / f"{number}.ipynb").touch()
    with pytest.raises(SubmissionsError, match="more than 2 files"):
        open_archive(tmp_path)


def test_what_lies_too_deep_is_said(tmp_path):
    (deep := tmp_path / "anna" / Path(*["x"] * 25)).mkdir(parents=True)
    (deep / "06.ipynb").write_bytes(b"{}")
    (entry,) = open_archive(tmp_path).entries
    assert entry.parts[0] == "anna" and "lies in more than 20 others" in why(entry)
