"""The doctor: each ailment is found, and the remedy named."""

import importlib.metadata
import json
from collections import namedtuple
from types import SimpleNamespace

import pytest

from nlputils.course import doctor
from nlputils.data.files import write_checksums
from nlputils.errors import CourseError


def test_packages_are_compared_with_the_lock(tmp_path):
    lock = tmp_path / "requirements.lock"
    version = importlib.metadata.version("numpy")
    good = f"numpy=={version} \\\n    --hash=sha256:0\nabsent==1 ; sys_platform == 'nowhere'\n"
    lock.write_text(good)
    assert doctor.packages(lock) == doctor.Finding("ok", "1 packages as in requirements.lock")
    lock.write_text(good.replace(version, "0.1") + "not-there==1.0 \\\n    --hash=sha256:0\n")
    found = doctor.packages(lock)
    assert (found.status, found.remedy) == ("fail", "Run `make setup`.")
    assert f"numpy is {version}, not-there is missing" in found.found


@pytest.mark.parametrize(
    ("version", "status"),
    [((3, 10, 9), "fail"), ((3, 11, 0), "ok"), ((3, 13, 5), "ok"), ((3, 14, 0), "fail")],
)
def test_python(monkeypatch, version, status):
    known = SimpleNamespace(version_info=version, executable="/venv/bin/python")
    monkeypatch.setattr(doctor, "sys", known)
    found = doctor.python()
    assert found.status == status and "at /venv/bin/python" in found.found
    assert ("make setup PYTHON=python3.11" in found.remedy) == (status == "fail")


@pytest.mark.parametrize(("free", "status"), [(8.0, "ok"), (3.0, "note"), (1.0, "fail")])
def test_memory(monkeypatch, free, status):
    state = namedtuple("state", "available total")(free * 1e9, 16e9)
    monkeypatch.setattr(doctor.psutil, "virtual_memory", lambda: state)
    found = doctor.memory()
    assert found.status == status
    assert bool(found.remedy) == (status != "ok")


def test_disk(monkeypatch, tmp_path):
    usage = namedtuple("usage", "total used free")(9e9, 8.5e9, 5e8)
    assert doctor.disk(tmp_path / "runs", "pocket").status == "ok"
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: usage)
    found = doctor.disk(tmp_path / "runs", "pocket")
    assert found.status == "fail"
    assert "0.5 GB free" in found.found


def test_a_disk_that_cannot_be_written(monkeypatch, tmp_path):
    # Whoever is root may write anywhere, whatever the folder says.
    monkeypatch.setattr(doctor.os, "access", lambda path, mode: (path, mode) != (tmp_path, 2))
    found = doctor.disk(tmp_path / "runs" / "mine", "pocket")
    assert (found.status, found.found) == ("fail", f"{tmp_path} cannot be written")
    assert found.remedy == "Set NLPUTILS_RUNS to a folder of yours."


def test_a_backend_that_is_missing(monkeypatch, nothing_installed):
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    with pytest.raises(CourseError, match=r"torch, which is not installed. Install it, .*torch`"):
        doctor.compute("pocket")


def test_a_gpu_that_the_framework_cannot_use(monkeypatch):
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.setattr("nlputils.course.runner.gpus", lambda: ("NVIDIA A1",))
    monkeypatch.setattr("nlputils.course.runner._usable_gpus", lambda: 0)
    with pytest.raises(CourseError, match=r"a GPU \(NVIDIA A1\), but the framework cannot use it"):
        doctor.compute("gpu")
    monkeypatch.setattr("nlputils.course.runner._usable_gpus", lambda: 1)
    found = doctor.compute("gpu")
    assert found.status == "ok" and found.found.endswith("which can use the GPU")


def test_the_backend_and_the_gpu(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "theano")
    with pytest.raises(CourseError, match="KERAS_BACKEND is 'theano'. Set it to one of tensor"):
        doctor.compute("pocket")
    monkeypatch.delenv("KERAS_BACKEND")
    assert doctor.compute("pocket").status == "ok"
    monkeypatch.setattr("nlputils.course.runner.gpus", tuple)
    with pytest.raises(CourseError, match="needs an NVIDIA GPU"):
        doctor.compute("gpu")


def test_a_damaged_download_is_named(monkeypatch):
    table = doctor.verify([])
    table.loc["sst2_glue"] = [1, 0, 1, 0, ("/cache/train.tsv",)]
    monkeypatch.setattr(doctor, "verify", lambda: table)
    monkeypatch.setattr(doctor, "provenance", lambda name: None)
    found = doctor.data()
    assert found.status == "fail"
    assert "/cache/train.tsv" in found.found
    assert "data fetch sst2_glue" in found.remedy


def test_a_damaged_embedded_file_is_restored_from_the_clone(monkeypatch):
    table = doctor.verify([])
    table.loc["pocket_messages"] = [1, 0, 1, 0, ("/course/data/pocket/messages.csv",)]
    table.loc["sst2_glue"] = [1, 0, 1, 0, ("/cache/train.tsv",)]
    monkeypatch.setattr(doctor, "verify", lambda: table)
    expected = ("fail", "1 embedded file(s) damaged: /course/data/pocket/messages.csv")
    found = doctor.data()
    assert (found.status, found.found) == expected
    assert found.remedy == "Restore it: `git checkout -- data/pocket`."
    table.loc["pocket_messages"] = [1, 1, 0, 0, ()]
    assert "fetch sst2_glue`" in doctor.data().remedy, "the next one, when this is repaired"


def test_embedded_sets_are_not_counted_as_real_ones(monkeypatch):
    table = doctor.verify([])
    for name, row in {
        "pocket_messages": [1, 1, 0, 0, ()],
        "pocket_text": [2, 2, 0, 0, ()],
        "sst2_glue": [3, 3, 0, 0, ()],
        "ag_news": [2, 1, 0, 1, ()],
    }.items():
        table.loc[name] = row
    monkeypatch.setattr(doctor, "verify", lambda: table)
    embedded = sum(bool(card.embedded) for card in doctor.registry().values())
    expected = f"{embedded} embedded sets, 1 of 2 real sets are here"
    assert doctor.data() == doctor.Finding("ok", expected)


def test_a_damaged_encoder_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "course_root", lambda: tmp_path)
    assert doctor.encoders().status == "note"
    folder = tmp_path / "data" / "encoders" / "small"
    folder.mkdir(parents=True)
    (folder / "weights.h5").write_bytes(b"numbers")
    assert doctor.encoders().status == "note", "a folder of another kind has no checksums"
    write_checksums(folder)
    write_checksums(folder)
    assert doctor.encoders() == doctor.Finding("ok", "1 in data/encoders, intact: small")
    (folder / "weights.h5").write_bytes(b"numberz")
    found = doctor.encoders()
    assert found.status == "fail" and "weights.h5 is damaged: sha256" in found.found
    assert found.remedy == "Restore it: `git checkout -- data/encoders/small`. Or make it again."
    (folder / "weights.h5").unlink()
    assert doctor.encoders().found.endswith("weights.h5 is missing")


def test_one_ailment_does_not_hide_the_others_and_sets_the_exit_code(monkeypatch, capsys):
    def broken() -> doctor.Finding:
        raise CourseError("messages.csv is missing")

    monkeypatch.setattr(doctor, "data", broken)
    monkeypatch.setattr(doctor, "kernel", lambda: doctor.Finding("ok", "answers"))
    monkeypatch.setattr(doctor, "packages", lambda lock: doctor.Finding("ok", "as locked"))
    assert doctor.doctor("pocket") == 1
    lines = capsys.readouterr().out.splitlines()
    assert "fail  data       messages.csv is missing" in lines
    assert "ok    kernel     answers" in lines
    assert lines[-1] == "Something has to be repaired first."


CHECKS = (
    *("python", "packages", "memory", "disk", "compute", "data", "encoders", "notebooks"),
    *("port", "kernel"),
)


@pytest.mark.parametrize(
    ("ailing", "status", "code", "last"),
    [
        ("", "ok", 0, "Everything needed is here."),
        ("memory", "note", 0, "Everything needed is here."),
        *((name, "fail", 1, "Something has to be repaired first.") for name in CHECKS),
    ],
)
def test_the_exit_code_says_whether_all_is_well(monkeypatch, capsys, ailing, status, code, last):
    for name in CHECKS:
        finding = doctor.Finding(status if name == ailing else "ok", "as it is", "Mend it.")
        monkeypatch.setattr(doctor, name, lambda *_, finding=finding: finding)
    assert doctor.doctor("pocket") == code
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == last and len(lines) == 2 * len(CHECKS) + 1
    assert sum(line.startswith(f"{status:<5} ") for line in lines) == (1 if ailing else len(CHECKS))


@pytest.mark.slow
def test_a_kernel_starts_and_a_missing_one_is_a_finding(monkeypatch, tmp_path):
    assert doctor.kernel().status == "ok"
    broken = tmp_path / "kernels" / "python3" / "kernel.json"
    broken.parent.mkdir(parents=True)
    about = {"argv": ["/nowhere/python", "-f", "{connection_file}"], "display_name": "x"}
    broken.write_text(json.dumps({**about, "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    found = doctor.kernel()
    assert found.status == "fail"
    assert "no kernel starts" in found.found
