"""The command line: help everywhere, sentences for errors, exit codes for scripts."""

import errno
import subprocess
import sys

import pytest

from nlputils import cli
from nlputils.errors import CourseError


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["run"],
        ["lab"],
        ["data"],
        ["data", "list"],
        ["data", "fetch"],
        ["data", "verify"],
        ["doctor"],
        ["notebooks"],
    ],
)
def test_help_helps(words, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main([*words, "--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert shown.startswith("usage: nlputils")
    assert len(shown.splitlines()) >= 5


def test_a_command_without_an_action_is_wrong_usage(capsys):
    assert cli.main([]) == 2
    assert "run" in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        cli.main(["data"])
    assert ended.value.code == 2


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (CourseError("messages.csv is missing"), "nlputils: messages.csv is missing"),
        (OSError(errno.ENOSPC, "No space left", "/runs/a"), "the disk is full (/runs/a)"),
    ],
)
def test_a_problem_is_one_sentence_and_exit_code_1(monkeypatch, capsys, error, words):
    def broken(args):
        raise error

    monkeypatch.setattr(cli, "_doctor", broken)
    assert cli.main(["doctor"]) == 1
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


def test_a_fault_of_the_program_is_not_hidden(monkeypatch):
    def broken(args):
        raise OSError(errno.EIO, "input/output error")

    monkeypatch.setattr(cli, "_doctor", broken)
    with pytest.raises(OSError, match="input/output"):
        cli.main(["doctor"])


def test_data_commands_reach_the_data(capsys):
    assert cli.main(["data", "list"]) == 0
    assert "sms_spam_collection" in capsys.readouterr().out
    assert cli.main(["data", "fetch", "no_such_set"]) == 1
    assert "no data set 'no_such_set'" in capsys.readouterr().err


def test_the_installed_command_answers_at_once_and_imports_little():
    code = (
        "import sys; sys.argv = ['nlputils']; from nlputils import cli; cli.main();"
        "print([name for name in ('pandas', 'papermill', 'tensorflow') if name in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("command", "set_already", "starts_again"),
    [("evaluate-encoder", "", True), ("evaluate-encoder", "0", False), ("data", "", False)],
)
def test_a_long_training_starts_again_with_huge_pages(
    monkeypatch, command, set_already, starts_again
):
    started = []
    monkeypatch.setattr(cli.sys, "platform", "linux")
    monkeypatch.setattr(cli.sys, "argv", ["nlputils", command, "--help"])
    monkeypatch.setattr(cli.os, "execve", lambda *words: started.append(words))
    value = f"glibc.malloc.hugetlb={set_already}" if set_already else ""
    monkeypatch.setenv("GLIBC_TUNABLES", value)
    with pytest.raises(SystemExit):  # argparse, after the help
        cli.entry()
    expected = [[cli.sys.executable, "nlputils", command, "--help"]] if starts_again else []
    assert [words[1] for words in started] == expected
    assert all(words[2]["GLIBC_TUNABLES"] == "glibc.malloc.hugetlb=1" for words in started)


def test_a_reader_that_has_read_enough_is_no_error(program):
    """As in ``nlputils data list | head -1``: the pipe is closed before the last line."""
    process = subprocess.Popen(
        [program, "data", "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == "" and process.wait() == 1
