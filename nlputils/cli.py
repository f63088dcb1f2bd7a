"""The command line: ``nlputils run``, ``compare``, ``report``, ``lab``, ``data``, ``doctor``, ...

Each command imports its folder only when it is called, so that ``--help`` comes at once.
"""

import argparse
import errno
import io
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from nlputils import __version__
from nlputils.errors import CourseError
from nlputils.memory import with_huge_pages

_USAGE = 2
_INTERRUPTED = 130


# Commands that train for long in the process that the shell starts.
_TRAIN = ("pretrain-encoder", "evaluate-encoder", "compare-recipes")


def entry() -> int:
    """Do what the shell asks for: `main`, and with huge pages where it trains.

    Returns:
        See `main`.
    """
    wanted = with_huge_pages(os.environ)
    trains = sys.argv[1:2] and sys.argv[1] in _TRAIN and sys.platform.startswith("linux")
    if trains and wanted != dict(os.environ):
        # The C library reads the setting when a process starts, so it starts again.
        os.execve(sys.executable, [sys.executable, *sys.argv], wanted)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # In a file or a pipe, too, each line is there when it is said.
        sys.stdout.reconfigure(line_buffering=True)
    try:
        return main()
    except BrokenPipeError:
        # The reader has read enough, as `head` does. What is left goes nowhere, without a word.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for.

    Args:
        arguments: The words after ``nlputils``; those of this process where not given.

    Returns:
        The exit code: 0 for success, 1 for a problem told in a sentence, 2 for wrong usage.
        ``compare`` has its own, like ``diff``: 0 nothing changed, 1 changed, 2 could not compare.
    """
    parser = _parser()
    args = parser.parse_args(arguments)
    if not hasattr(args, "call"):
        parser.print_help()
        return _USAGE
    try:
        return int(args.call(args))
    except CourseError as error:
        print(f"nlputils: {error}", file=sys.stderr)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        print(f"nlputils: {_full(error)}", file=sys.stderr)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        print("\nnlputils: stopped. What was finished is kept; the same command continues.")
        return _INTERRUPTED
    return 1


def _full(error: OSError) -> str:
    return (
        f"the disk is full ({error.filename or error.strerror}). What was finished is intact: free "
        "some space and give the same command again."
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nlputils",
        description="A hands-on course in pretraining for natural language processing.",
        epilog="`nlputils COMMAND --help` explains a command. Start with: nlputils lab",
    )
    parser.add_argument("--version", action="version", version=f"nlputils {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for add in (
        _add_run,
        _add_compare,
        _add_report,
        _add_lab,
        _add_data,
        _add_pretrain_encoder,
        _add_evaluate_encoder,
        _add_compare_recipes,
        _add_bench,
        _add_doctor,
        _add_notebooks,
    ):
        add(commands)
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    summary: str,
    call: Callable[[argparse.Namespace], int] | None = None,
    epilog: str = "",
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name,
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    if call is not None:
        parser.set_defaults(call=call)
    return parser


def _given(args: argparse.Namespace, *names: str) -> dict[str, Any]:
    """Return those of the arguments that somebody gave; all others keep their defaults."""
    return {name: value for name in names if (value := getattr(args, name)) is not None}


def _add_run(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = _command(commands, "run", "run lessons headlessly, in order", _run, _RUN_EXAMPLES)
    parser.add_argument(
        "--profile", default="pocket", help="pocket (default), laptop or gpu: which data and sizes"
    )
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="NN", help="run just these lessons"
    )
    parser.add_argument(
        "-p",
        "--parameter",
        action="append",
        default=[],
        metavar="NN.NAME=VALUE",
        help="change a parameter of a lesson; its claims are then reported, not enforced",
    )
    parser.add_argument("--fresh", action="store_true", help="run lessons again that are unchanged")
    parser.add_argument(
        "--older-artefacts",
        action="store_true",
        help="let a lesson build on an older result of a lesson it needs; claims only reported",
    )
    parser.add_argument(
        "--on-cpu",
        action="store_true",
        help="try the profile gpu without a GPU: give small parameters; claims only reported",
    )
    parser.add_argument("--name", default="", help="name of the run (default: profile and time)")
    parser.add_argument("--limit", type=float, metavar="SECONDS", help="the most a lesson may take")
    parser.add_argument(
        "--output", type=Path, metavar="FOLDER", help="where runs lie (default: runs)"
    )
    parser.add_argument("--notebooks", type=Path, metavar="FOLDER", help="other notebooks to run")


_RUN_EXAMPLES = """examples:
  nlputils run                                   the whole course on the embedded data
  nlputils run --profile laptop --only 01 03     two lessons on the real data
  nlputils run --only 05 07 -p 07.epochs=3       with another number of epochs

A lesson whose code, parameters and inputs are unchanged is taken from the last run. After an
interruption the same command continues where it was."""


def _run(args: argparse.Namespace) -> int:
    from nlputils.course.lessons import notebooks_folder
    from nlputils.course.plan import Order, parse_overrides
    from nlputils.course.runner import run
    from nlputils.lesson.session import runs_folder

    order = Order(
        profile=args.profile,
        notebooks=(args.notebooks or notebooks_folder()).resolve(),
        runs=(args.output or runs_folder()).resolve(),
        only=tuple(args.only),
        overrides=parse_overrides(args.parameter),
        fresh=args.fresh,
        older=args.older_artefacts,
        name=args.name,
        limit_seconds=args.limit,
        on_cpu=args.on_cpu,
    )
    return run(order)


def _add_compare(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = _command(
        commands, "compare", "list what changed between two runs", _compare, _COMPARE_EXAMPLES
    )
    parser.add_argument("run_a", metavar="RUN_A", help=f"the run before: {_RUN_WORDS}")
    parser.add_argument("run_b", metavar="RUN_B", help="the run after, named in the same way")
    parser.add_argument("--json", action="store_true", help="print it for a program to read")


_RUN_WORDS = "a name under runs/, latest, or a folder"
_COMPARE_EXAMPLES = """examples:
  nlputils compare monday latest                 a run by its name, and the last good one
  nlputils compare runs/monday /tmp/copy/monday  two folders
  nlputils compare monday tuesday --json         for a program

A score is changed when the 95 % interval of the difference of the two runs leaves out 0. Plain
numbers, seconds and memory have no interval: they are listed, not judged.

exit code: 0 nothing changed beyond its interval; 1 a score did, or a claim or a lesson changed its
verdict, or a score, claim or lesson vanished; 2 the runs could not be compared."""


def _compare(args: argparse.Namespace) -> int:
    import json

    from nlputils.course.comparing import compare_runs
    from nlputils.course.comparing_text import comparison_text
    from nlputils.course.recorded import find_run, read_run
    from nlputils.lesson.session import runs_folder

    try:
        runs = [read_run(find_run(word, runs_folder())) for word in (args.run_a, args.run_b)]
        found = compare_runs(*runs)
    except CourseError as error:
        # Scripts must be able to tell "they differ" from "there was nothing to compare".
        print(f"nlputils: {error}", file=sys.stderr)
        return _USAGE
    plain = json.dumps(found.to_dict(), indent=1, ensure_ascii=False) if args.json else ""
    print(plain or comparison_text(found))
    return 1 if found.changed else 0


def _add_report(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = _command(
        commands, "report", "write a run as one page that needs no network", _report, _REPORT_WORDS
    )
    parser.add_argument("run", metavar="RUN", help=_RUN_WORDS)
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="where to (default: report.html in the run)"
    )


_REPORT_WORDS = """examples:
  nlputils report latest                         the last good run
  nlputils report monday --output monday.html    to another place, to send to someone

The page holds everything in one file: the table, scores with their intervals, claims, costs, and
each executed notebook. `nlputils run` ends with it."""


def _report(args: argparse.Namespace) -> int:
    from nlputils.course.recorded import find_run
    from nlputils.course.report import write_report
    from nlputils.lesson.session import runs_folder

    print(f"The report is {write_report(find_run(args.run, runs_folder()), args.output)}")
    return 0


def _add_lab(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = _command(commands, "lab", "open JupyterLab on working copies of the lessons", _lab)
    parser.add_argument("--profile", default="pocket", help="pocket (default), laptop or gpu")
    parser.add_argument("--port", type=int, help="port on this machine (default: a free one)")
    parser.add_argument("--no-browser", action="store_true", help="print the address only")
    parser.add_argument("--prepare", action="store_true", help="make the copies and stop")
    parser.add_argument(
        "--reset", nargs="+", default=[], metavar="NN", help="renew these copies; keeps a backup"
    )


def _lab(args: argparse.Namespace) -> int:
    from nlputils.course.lab import lab

    return lab(args.profile, args.port, not args.no_browser, tuple(args.reset), args.prepare)


def _add_data(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = _command(commands, "data", "list, fetch or verify data sets")
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    _command(actions, "list", "show every data set, its licence and where it is", _data_list)
    fetch = _command(actions, "fetch", "bring data sets to this machine", _data_fetch)
    fetch.add_argument("names", nargs="*", metavar="NAME", help="data sets, or `all`")
    verify = _command(actions, "verify", "compare the files with their hashes", _data_verify)
    verify.add_argument("names", nargs="*", metavar="NAME", help="data sets (default: all)")


def _data_list(args: argparse.Namespace) -> int:
    from nlputils.data.commands import list_command

    return list_command(args)


def _data_fetch(args: argparse.Namespace) -> int:
    from nlputils.data.commands import fetch_command

    return fetch_command(args)


def _data_verify(args: argparse.Namespace) -> int:
    from nlputils.data.commands import verify_command

    return verify_command(args)


def _add_pretrain_encoder(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = _command(
        commands,
        "pretrain-encoder",
        "pretrain an encoder on real text for so many minutes, and write it with its card",
        _pretrain_encoder,
        _PRETRAIN_EXAMPLES,
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="where the encoder goes")
    parser.add_argument("--minutes", type=float, required=True, help="training time")
    parser.add_argument("--corpora", nargs="+", metavar="NAME", help="data sets of text to read")
    parser.add_argument(
        "--repeats",
        nargs="+",
        type=int,
        metavar="N",
        help="how often a pass reads each of the corpora (default: once)",
    )
    parser.add_argument("--size", help="tiny, mini, small, ... or layers x width, such as 3x256")
    parser.add_argument("--vocabulary-size", type=int, metavar="N", help="word pieces")
    parser.add_argument("--row-length", type=int, metavar="N", help="pieces in a row, at last")
    parser.add_argument(
        "--first-length",
        type=int,
        metavar="N",
        help="pieces in a row at first; they double",
    )
    parser.add_argument("--mask-rate", type=float, metavar="SHARE", help="pieces to hide")
    parser.add_argument("--batch-size", type=int, metavar="N", help="full rows in a batch")
    parser.add_argument("--learning-rate", type=float, metavar="RATE", help="the highest rate")
    parser.add_argument("--dropout", type=float, metavar="SHARE", help="in pretraining")
    parser.add_argument(
        "--start",
        metavar="WHAT",
        help="of the pieces' vectors: counts (of neighbours; default) or random; or the folder of "
        "an encoder to go on from, whose vocabulary and size are kept",
    )
    parser.add_argument("--seed", type=int, help="of all that is random")
    parser.add_argument(
        "--precision", choices=["float32", "float16"], help="how the weights are stored"
    )
    parser.add_argument(
        "--dtype",
        metavar="DTYPE",
        help="how the training computes: float32 (default), or mixed_bfloat16 for a newer GPU, or "
        "for a processor that multiplies bfloat16",
    )
    parser.add_argument(
        "--jit-compile",
        action="store_true",
        default=None,
        help="on PyTorch, compile the training step as a whole: up to a minute for each length of "
        "rows, outside the training time; needs a C++ compiler",
    )
    parser.add_argument(
        "--work", type=Path, metavar="FOLDER", help="prepared text and checkpoints (default: runs)"
    )


_PRETRAIN_EXAMPLES = """examples:
  nlputils pretrain-encoder data/encoders/mine --minutes 100
  nlputils pretrain-encoder /tmp/trial --minutes 3 --size 2x128 --learning-rate 2e-3
  nlputils pretrain-encoder mine-on --minutes 20 --start data/encoders/mine --first-length 64
  KERAS_BACKEND=jax nlputils pretrain-encoder gpu --minutes 30 --size small --batch-size 256 \\
    --first-length 64 --dtype mixed_bfloat16
  KERAS_BACKEND=torch nlputils pretrain-encoder mine --minutes 100 --dtype mixed_bfloat16 \\
    --jit-compile

The text is prepared once and kept. The rate falls to 0 just when the minutes are used up. After an
interruption the same command goes on from the last checkpoint."""


def _pretrain_encoder(args: argparse.Namespace) -> int:
    import shlex

    from nlputils.lesson.session import runs_folder
    from nlputils.shipping import Recipe, make_encoder

    given: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in vars(args).items()
        if value is not None and name not in ("call", "folder", "work")
    }
    words = ["nlputils", "pretrain-encoder", args.folder.name]
    for name, value in given.items():
        several = value if isinstance(value, tuple) else (value,)
        if name == "start":
            several = (Path(value).name,)  # the card tells no path of this machine
        # A switch takes no value.
        words += ["--" + name.replace("_", "-"), *(str(v) for v in several if v is not True)]
    recipe = Recipe(budget_minutes=given.pop("minutes"), **given)
    work = args.work or runs_folder() / "work" / "encoders"
    print(f"The encoder is {make_encoder(recipe, args.folder, work, command=shlex.join(words))}")
    return 0


def _add_evaluate_encoder(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = _command(
        commands,
        "evaluate-encoder",
        "measure an encoder against random weights and bags of words",
        _evaluate_encoder,
        _EVALUATE_EXAMPLES,
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="the encoder")
    parser.add_argument("--tasks", nargs="+", metavar="TASK", help="default: all")
    parser.add_argument(
        "--systems",
        nargs="+",
        metavar="SYSTEM",
        help="measure these only; a task enters the table once all systems are measured",
    )
    parser.add_argument("--seeds", type=int, help="trainings of each system (default: 3)")
    parser.add_argument("--epochs", type=int, help="passes over the training texts (default: 3)")
    parser.add_argument("--limit", type=int, help="the most training texts (default: all)")
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="default: evaluation.json in the folder"
    )


_EVALUATE_EXAMPLES = """tasks:
  sst2            SST-2, accuracy on the 872 sentences of GLUE's dev part
  sentiment       tweets, macro F1, all labels
  sentiment-500   tweets, macro F1, 500 labels
  spam            SMS Spam Collection, spam-F1, another split for each seed

systems:
  pretrained, random, "naive Bayes", "word logistic", "word SVM", "char SVM", "word and char SVM"

examples:
  nlputils evaluate-encoder data/encoders/mine --tasks spam
  nlputils evaluate-encoder data/encoders/mine --systems pretrained random     on a GPU, say
  nlputils evaluate-encoder data/encoders/mine     elsewhere, with its .part.json files: the rest

Pretrained and random weights get the same grid of learning rates, chosen on validation. The same
command goes on where it was."""


def _evaluate_encoder(args: argparse.Namespace) -> int:
    from nlputils.shipping import TASKS, Effort, evaluate_encoder, evaluation_table

    effort = Effort(**_given(args, "seeds", "epochs", "limit"))
    tasks = args.tasks or tuple(TASKS)
    found = evaluate_encoder(
        args.folder, tasks, effort, systems=args.systems or (), output=args.output
    )
    if found:
        print(evaluation_table(args.output or args.folder).to_string(index=False))
    return 0


def _add_compare_recipes(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = _command(
        commands,
        "compare-recipes",
        "measure each choice of a pretraining recipe, or the objectives, at equal pieces read",
        _compare_recipes,
        _RECIPES_EXAMPLES,
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="JSON file of the trials")
    parser.add_argument(
        "--study", choices=["recipe", "objectives"], default="recipe", help="default: recipe"
    )
    parser.add_argument("--questions", nargs="+", metavar="NAME", help="default: all")
    parser.add_argument("--seeds", type=int, default=1, help="trainings of each trial (default: 1)")
    parser.add_argument("--tokens", type=int, metavar="N", help="pieces that each trial reads")
    parser.add_argument("--size", help="of the encoder: tiny, 2x256, ...")
    parser.add_argument("--texts", type=int, metavar="N", help="texts to learn from")
    parser.add_argument(
        "--work", type=Path, metavar="FOLDER", help="prepared texts (default: runs)"
    )


_RECIPES_EXAMPLES = """examples:
  nlputils compare-recipes data/encoders/recipe.json
  nlputils compare-recipes trials.json --questions "mask rate" schedule --seeds 3
  nlputils compare-recipes data/encoders/objectives.json --study objectives --seeds 3
  KERAS_BACKEND=jax nlputils compare-recipes gpu.json --size small --tokens 50000000

Each trial is kept when it is done. The same command goes on where it was; a larger --seeds adds to
what is there."""


def _compare_recipes(args: argparse.Namespace) -> int:
    from dataclasses import replace

    from nlputils.lesson.session import runs_folder
    from nlputils.shipping import STUDIES, run_study

    given = _given(args, "tokens", "size", "texts")
    table = run_study(
        args.study,
        args.file,
        args.work or runs_folder() / "work" / "encoders",
        replace(STUDIES[args.study].budget, **given),
        questions=args.questions or (),
        seeds=args.seeds,
    )
    print(table.to_string(index=False))
    return 0


def _add_bench(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    bench = _command(commands, "bench", "measure how fast this machine trains")
    actions = bench.add_subparsers(metavar="ACTION", required=True)
    parser = _command(
        actions,
        "pretrain",
        "compare the speed of pretraining: nlputils, the Keras guide, Hugging Face",
        _bench_pretrain,
        _BENCH_EXAMPLES,
    )
    parser.add_argument("--size", default="3x256", help="as in pretrain-encoder (default: 3x256)")
    parser.add_argument("--batch-size", type=int, metavar="N", help="rows in a batch (default: 32)")
    parser.add_argument("--length", type=int, metavar="N", help="pieces in a row (default: 64)")
    parser.add_argument("--vocabulary-size", type=int, metavar="N", help="default: 8000 pieces")
    parser.add_argument(
        "--mask-rate", type=float, metavar="SHARE", help="pieces to hide (default: 0.3)"
    )
    parser.add_argument("--dropout", type=float, metavar="SHARE", help="default: 0")
    parser.add_argument("--threads", type=int, metavar="N", help="CPU threads (default: all cores)")
    parser.add_argument("--dtype", help="of Keras: float32 (default) or mixed_bfloat16")
    parser.add_argument("--rounds", type=int, metavar="N", help="turns of each (default: 5)")
    parser.add_argument("--steps", type=int, metavar="N", help="steps in a turn (default: 20)")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="default: all")
    parser.add_argument("--output", type=Path, metavar="FILE", help="a JSON file for all numbers")


_BENCH_EXAMPLES = """names:
  nlputils            this course's code
  nlputils-torch, nlputils-torch-bf16    the same on PyTorch, in float32 and in bfloat16
  keras-guide         the guide "Pretraining a Transformer from scratch with KerasHub"
  products            the matrix products of a step in Keras, without what stands between them
  bert-eager          Hugging Face's BertForMaskedLM in PyTorch
  bert-compiled       the same through torch.compile, which needs a C++ compiler
  bert-eager-bf16, bert-compiled-bf16    the same with bfloat16 autocast
  bert-compiled-bf16-plain    and without PyTorch's fused attention
  bert-eager-all      logits for all pieces of a row, not only for the scored ones

examples:
  nlputils bench pretrain --output speed.json
  nlputils bench pretrain --size tiny --rounds 3 --only nlputils bert-compiled
  KERAS_BACKEND=jax nlputils bench pretrain --size 4x512 --batch-size 256 --dtype mixed_bfloat16

PyTorch comes with `pip install -e '.[bench]'`. Each contestant is a process of about 1 GB; they
take turns. Close other programs first: the table says when the machine was not left alone.

exit code: 1 if a contestant failed; one that is not installed is only named."""


def _bench_pretrain(args: argparse.Namespace) -> int:
    from nlputils.bench import Effort, bench_pretrain, setup_of

    given = {name: value for name, value in vars(args).items() if value is not None}
    effort = {name: given.pop(name) for name in ("rounds", "steps", "only") if name in given}
    effort["only"] = tuple(effort.get("only", ()))
    output = given.pop("output", None)
    del given["call"]
    try:
        results = bench_pretrain(setup_of(**given), Effort(**effort), output=output)
    except KeyboardInterrupt:
        print("\nnlputils: stopped. Nothing was kept: turns of different hours do not compare.")
        return _INTERRUPTED
    rows = [*results["contestants"].values(), *results["peaks"].values()]
    return 1 if any(row["failed"] for row in rows) else 0


def _add_doctor(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = _command(commands, "doctor", "examine this machine and say what to repair", _doctor)
    parser.add_argument(
        "--profile", default="pocket", help="what is to be run: pocket, laptop, gpu"
    )


def _doctor(args: argparse.Namespace) -> int:
    from nlputils.course.doctor import doctor

    return doctor(args.profile)


def _add_notebooks(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = _command(commands, "notebooks", "make the notebooks from notebooks/src", _notebooks)
    parser.add_argument(
        "action", choices=["build", "check"], help="build them, or check that they are up to date"
    )


def _notebooks(args: argparse.Namespace) -> int:
    from nlputils.course.lessons import notebooks_folder
    from nlputils.course.sources import build, drift

    folder = notebooks_folder()
    if args.action == "build":
        changed = build(folder)
        print(
            "\n".join(f"built {path.name}" for path in changed) or "All notebooks are up to date."
        )
        return 0
    problems = drift(folder)
    print("\n".join(problems) or "All notebooks are up to date.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
