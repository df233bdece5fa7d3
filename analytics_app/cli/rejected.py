"""rejected list, show and replay: looking at what was rejected, and putting it right."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, BinaryIO

import click
from sqlalchemy import Row, Select, func, select
from tqdm import tqdm

from analytics_app.cli.context import with_app
from analytics_app.db import db
from analytics_app.models import RejectedAction
from analytics_app.rejected import TABLE, ReplayReport, replay

AT_ONCE = 200  # rows of one transaction of replay
SHOWN = 20  # refused ones that replay lists

Filters = dict[str, str | None]


@click.group("rejected")
def rejected() -> None:
    """Look at rejected actions, put them right."""


def with_filters(command: Callable[..., Any]) -> Callable[..., Any]:
    for option, what in (
        ("--user", "Only of this user."),
        ("--study", "Only of this study."),
        ("--reason", "Only where the message holds this text, such as the name of a field."),
        ("--name", "Only actions of this name."),
    ):
        command = click.option(option, help=what)(command)
    return command


def matching(query: Select[Any], filters: Filters) -> Select[Any]:
    for given, column in (("name", TABLE.c.name), ("study", TABLE.c.study), ("user", TABLE.c.user_id)):
        if filters[given] is not None:
            query = query.where(column == filters[given])
    if filters["reason"] is not None:
        query = query.where(TABLE.c.message.icontains(filters["reason"], autoescape=True))
    return query


@rejected.command("list")
@with_filters
@click.option("--all", "also_replayed", is_flag=True, help="Also those that were replayed.")
@click.option("--limit", default=50, show_default=True, help="How many, the newest first.")
@with_app
def list_(also_replayed: bool, limit: int, **filters: str | None) -> None:
    """What was rejected and why, the newest first."""
    query = matching(select(RejectedAction), filters)
    if not also_replayed:
        query = query.where(RejectedAction.replayed_at.is_(None))
    rows = db.session.scalars(query.order_by(TABLE.c.id.desc()).limit(limit)).all()
    for row in rows:
        click.echo(line(row))
    if not rows:
        click.echo("Nothing is rejected." if not any(filters.values()) else "Nothing rejected matches.")
    elif len(rows) == limit:
        click.echo(f"The newest {limit}; --limit shows more.", err=True)


def line(row: RejectedAction) -> str:
    who = " ".join(part for part in (row.study, row.user_id, row.name) if part) or "-"
    mark = "replayed  " if row.replayed_at else ""
    text = f"{row.id:>6}  {row.received_at.astimezone(UTC):%Y-%m-%d %H:%M:%S}  {who}  {mark}{row.message}"
    return fit_line(printable(text))


def fit_line(text: str) -> str:
    """On a terminal one row is one line; a pipe gets all of it."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 10_000
    return text if len(text) <= width else f"{text[: width - 1]}…"


def printable(text: str) -> str:
    """Text of strangers: what could steer a terminal is shown, not sent to it."""
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)


@rejected.command("show")
@click.argument("row_id", metavar="ID", type=int)
@click.option("--body", "only_body", is_flag=True, help="Only the bytes as they came, to be edited.")
@with_app
def show(row_id: int, only_body: bool) -> None:
    """One rejected action, whole.

    To put it right by hand: rejected show ID --body > action.json, edit that file, then
    rejected replay ID --edit action.json.
    """
    row = db.session.get(RejectedAction, row_id)
    if row is None:
        raise click.ClickException(f"No rejected action has the id {row_id}: `rejected list` shows which there are.")
    if only_body:
        sys.stdout.buffer.write(row.body)
        return
    facts = [
        ("name", row.name),
        ("study", row.study),
        ("user", row.user_id),
        ("key", f"page_id {row.page_id}, seq {row.seq} ({row.source})"),
        ("received", stamp(row.received_at)),
        ("rejected", stamp(row.rejected_at)),
        ("replayed", stamp(row.replayed_at)),
    ]
    for label, value in facts:
        if value:
            click.echo(f"{label:<9} {printable(value)}")
    click.echo("\nreasons")
    for field, why in row.reasons.items():
        click.echo(printable(f"  {field}: {json.dumps(why, ensure_ascii=False)}"))
    if row.context not in ("null", "{}"):
        click.echo(f"\nfrom its batch\n{indented(row.context.encode())}")
    click.echo(f"\n{'the whole body' if row.context == 'null' else 'the action'} as it came\n{indented(row.body)}")


def stamp(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f} UTC" if moment else ""


def indented(content: bytes) -> str:
    """JSON laid out to be read; anything else as it is."""
    try:
        text = json.dumps(json.loads(content), indent=2)
    except (ValueError, RecursionError):
        text = printable(content.decode(errors="backslashreplace"))
    return "\n".join(f"  {part}" for part in text.splitlines())


@rejected.command("replay")
@click.argument("ids", nargs=-1, type=int)
@with_filters
@click.option("--all", "every", is_flag=True, help="All that were not replayed yet.")
@click.option("--edit", type=click.File("rb"), metavar="FILE", help="Judge this in place of what came; - reads stdin.")
@with_app
def replay_(ids: tuple[int, ...], every: bool, edit: BinaryIO | None, **filters: str | None) -> None:
    """Judge rejected actions again and store those that are good now.

    Name them by IDS, by filters, or --all. Ends with 1 where some are still rejected.
    """
    if bool(ids) + any(filters.values()) + every != 1:
        raise click.UsageError("Say which: ids, or filters such as --name click, or --all.")
    if edit and len(ids) != 1:
        raise click.UsageError("--edit is for one action: name its id.")
    report = ReplayReport()
    if edit:
        report = replay(db.engine, list(ids), edit.read())
    else:
        for part in [list(ids)] if ids else waiting(filters):
            report += replay(db.engine, part)
    tell(report, edited=edit is not None)
    sys.exit(1 if report.refused or report.absent else 0)


def waiting(filters: Filters) -> Iterator[list[int]]:
    """Ids not replayed yet, in pieces: the list may be longer than memory likes."""
    open_ones = TABLE.c.replayed_at.is_(None)
    total = db.session.scalar(matching(select(func.count()).where(open_ones), filters)) or 0
    last = 0
    with tqdm(total=total, unit=" actions", disable=total <= AT_ONCE) as bar:
        while True:
            query = matching(select(TABLE.c.id).where(open_ones, TABLE.c.id > last), filters)
            rows: list[Row[Any]] = list(db.session.execute(query.order_by(TABLE.c.id).limit(AT_ONCE)))
            db.session.rollback()  # replay has its own transaction: ours must not stay open beside it
            if not rows:
                return
            yield [row.id for row in rows]
            last = rows[-1].id
            bar.update(len(rows))


def tell(report: ReplayReport, edited: bool) -> None:
    click.echo(f"Replayed {len(report.replayed)}: {report.stored} stored, {report.duplicates} there already.")
    for row_id, reasons in list(report.refused.items())[:SHOWN]:
        why = "; ".join(f"{field}: {json.dumps(reason, ensure_ascii=False)}" for field, reason in reasons.items())
        click.echo(fit_line(printable(f"{row_id:>6}  {'edited, ' if edited else ''}still rejected: {why}")), err=True)
    if len(report.refused) > SHOWN:
        click.echo(f"... and {len(report.refused) - SHOWN} more are still rejected: `rejected list`.", err=True)
    if report.absent:
        named = ", ".join(map(str, report.absent[:SHOWN]))
        click.echo(f"Not there, or replayed before: {named}.", err=True)
