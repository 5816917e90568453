"""`evaluate_search DIR`: how well the search finds, on sets of questions with known answers."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any, get_args

from django.core.management.base import BaseCommand, CommandError

from tongban.search import meaning_embedders
from tongban.search.evaluation import Share, evaluate, indexed, read_set, sets_in
from tongban.search.searching import Method

METHODS: tuple[Method, ...] = get_args(Method)


class Command(BaseCommand):
    help = (
        "Hit@1, hit@5 and MRR@10 with 95 % intervals, for each set and method, never pooled. DIR "
        "holds sets (folders with corpus.jsonl and queries.jsonl), or is one. What is installed "
        "is neither read nor changed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path)
        parser.add_argument("--method", choices=METHODS, action="append", help="repeatable")
        parser.add_argument("--set", dest="sets", action="append", help="only this; repeatable")

    def handle(self, *args: Any, **options: Any) -> None:
        folders = [
            folder
            for folder in sets_in(options["folder"])
            if not options["sets"] or folder.name in options["sets"]
        ]
        if not folders:
            raise CommandError(f"There is no such set in {options['folder']}.")
        embedder = meaning_embedders.chosen()
        methods = options["method"] or list(METHODS if embedder else ("words",))
        if embedder is None and set(methods) != {"words"}:
            raise CommandError(
                "There is no embedder: ./tongban meaning installs one, or set TONGBAN_MEANING."
            )
        head = f"{'set':<16} {'method':<8} {'n':>4}  {'hit@1':<17} {'hit@5':<17} {'MRR@10':<17}"
        self.stdout.write(f"{head} nothing  median")
        for folder in folders:
            self._set(folder, methods)

    def _set(self, folder: Path, methods: list[Method]) -> None:
        try:
            read = read_set(folder)
        except (OSError, ValueError, KeyError) as error:
            raise CommandError(f"{folder} is not a set: {error}") from error
        with indexed(read.documents, with_meaning=set(methods) != {"words"}):
            for method in methods:
                figures = evaluate(read.questions, method)
                shares = "  ".join(
                    _said(one) for one in (figures.hit1, figures.hit5, figures.mrr10)
                )
                self.stdout.write(
                    f"{read.name:<16} {method:<8} {figures.n:>4}  {shares}  "
                    f"{figures.nothing:>6}  {figures.milliseconds:.1f} ms"
                )
                self.stdout.write(
                    f"{'':<16} each of {figures.answers} answers once: hit@1 "
                    f"{_said(figures.each1)}, hit@5 {_said(figures.each5)}; "
                    f"any variant of the item: hit@1 {_said(figures.family1)}"
                )
        if read.left_out:
            self.stdout.write(f"{'':<16} {read.left_out} questions without an answer left out")


def _said(share: Share) -> str:
    return f"{share.value:.3f} {share.low:.3f}–{share.high:.3f}".replace("0.", ".")
