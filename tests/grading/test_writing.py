"""A file is written whole or not at all, wherever it lies and whatever it is called."""

import os
import stat
import tempfile

import pytest

from gru_lab.grading.writing import NotWritten, write_whole


def test_text_is_written_as_it_is(tmp_path):
    write_whole(tmp_path / "made" / "for it" / "a.txt", "ä\r\n\nb")
    assert (tmp_path / "made" / "for it" / "a.txt").read_bytes() == "ä\r\n\nb".encode()


def test_no_other_disk_is_needed(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))  # a file is renamed on one disk only
    write_whole(tmp_path / "a.txt", "a")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_name_as_long_as_names_may_be(tmp_path):
    write_whole(tmp_path / f"{'x' * 251}.csv", "a")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_whoever_shares_the_folder_can_read_it(tmp_path):
    write_whole(tmp_path / "a.txt", "a")
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o644


def test_a_folder_that_is_a_file(tmp_path):
    (tmp_path / "results").write_text("")
    with pytest.raises(NotWritten, match=r"a\.txt was not written"):
        write_whole(tmp_path / "results" / "a.txt", "a")
