"""What ``nlputils data`` does: list, fetch, verify."""

import argparse
import sys

from nlputils.data.cards import registry
from nlputils.data.download import fetch, verify
from nlputils.data.places import cache_folder
from nlputils.data.provenance import source
from nlputils.errors import CourseError


def list_command(args: argparse.Namespace) -> int:
    """Print every data set: name, where it is now, size to download, licence, description.

    Args:
        args: Nothing of it is read.

    Returns:
        The exit code, 0.
    """
    print(f"{'name':<28}{'is in':<10}{'MB':>7}  {'licence':<28}what it is")
    for data in registry().values():
        size = f"{data.bytes / 1e6:7.1f}" if data.files else f"{'-':>7}"
        place = {"download": "-"}.get(source(data), source(data))
        licence = data.licence if len(data.licence) < 28 else data.licence[:24] + "..."
        print(f"{data.name:<28}{place:<10}{size}  {licence:<28}{data.description}")
        if data.warning:
            print(f"{'':<28}note: {data.warning}")
    print(f"\nDownloads are kept in {cache_folder()} (NLPUTILS_DATA changes this).")
    return 0


def fetch_command(args: argparse.Namespace) -> int:
    """Bring data sets to this machine.

    Args:
        args: ``names`` lists the data sets; ``all`` stands for every one.

    Returns:
        The exit code: 0 when all are there, 1 when one could not be had. The others are fetched
        all the same.

    Raises:
        CourseError: When no name is given.
    """
    names = list(registry()) if "all" in args.names else list(args.names)
    if not names:
        raise CourseError("`nlputils data fetch` needs names, or `all`. They are in `data list`.")
    failed = 0
    for name in names:
        try:
            paths = fetch(name)
        except CourseError as error:
            failed += 1
            print(f"{name}: {error}", file=sys.stderr)
        else:
            print(f"{name}: {len(paths)} file(s) whole ({source(registry()[name])})", flush=True)
    return 1 if failed else 0


def verify_command(args: argparse.Namespace) -> int:
    """Hash the files that are here and compare them with the registry.

    Args:
        args: ``names`` lists the data sets; none means all.

    Returns:
        The exit code: 1 when a file is damaged, else 0. Files not fetched yet are no error.
    """
    names = list(getattr(args, "names", None) or registry())
    damaged = 0
    for name in names:
        for entry, row in verify([name]).iterrows():
            counts = (row["whole"], row["damaged"], row["absent"])
            print("{}: {} whole, {} damaged, {} not here".format(entry, *counts), flush=True)
            for path in row["paths"]:
                print(f"  damaged: {path}")
            damaged += len(row["paths"])
    if damaged:
        print("Remove damaged files: `nlputils data fetch` brings those of the cache again,")
        print("`git checkout -- data/pocket` those of the course.")
    return 1 if damaged else 0
