"""rejected list, show and replay."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, BinaryIO

import click
from sqlalchemy import Engine, Row, Select, func, select
from sqlalchemy.orm import Session
from tqdm import tqdm

from analytics_app.cli.context import with_database
from analytics_app.config.settings import Config
from analytics_app.database.tables import RejectedAction
from analytics_app.storage.replay import TABLE, ReplayReport, replay
from analytics_app.wire.reasons import Code

REPLAYED_PER_TRANSACTION = 200
LISTED = 20  # how many actions the report of a replay names

Filters = dict[str, str | None]
"""The value of each filter option; None if it was not given."""
COLUMNS = {"name": "name", "study": "study", "user": "user_id", "code": "code", "field": "field"}


@click.group("rejected")
def rejected() -> None:
    """List, show and replay rejected actions."""


def with_filters(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the filter options to a command."""
    for option, text in (
        ("--user", "Only of this user."),
        ("--study", "Only of this study."),
        ("--reason", "Only if the reason contains this text."),
        ("--field", "Only if this field is invalid."),
        ("--name", "Only actions of this name."),
    ):
        command = click.option(option, help=text)(command)
    codes = click.Choice([code.value for code in Code])
    return click.option("--code", type=codes, help="Only with this reason code.")(command)


def matching(query: Select[Any], filters: Filters) -> Select[Any]:
    for given, column in COLUMNS.items():
        if filters[given] is not None:
            query = query.where(TABLE.c[column] == filters[given])
    if filters["reason"] is not None:
        query = query.where(TABLE.c.message.icontains(filters["reason"], autoescape=True))
    return query


@rejected.command("list")
@with_filters
@click.option("--all", "also_replayed", is_flag=True, help="Include those that were replayed and stored.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1_000_000), help="How many.")
@with_database
def list_(_config: Config, engine: Engine, also_replayed: bool, limit: int, **filters: str | None) -> None:
    """List rejected actions and the reasons, newest first."""
    query = matching(select(RejectedAction), filters)
    if not also_replayed:
        query = query.where(RejectedAction.replayed_at.is_(None))
    with Session(engine) as session:
        rows = session.scalars(query.order_by(TABLE.c.id.desc()).limit(limit)).all()
        for row in rows:
            click.echo(line(row))
    if not rows:
        click.echo("No open rejected actions." if not any(filters.values()) else "No rejected actions match.")
    elif len(rows) == limit:
        click.echo(f"The newest {limit} are shown; use --limit to see more.", err=True)


def line(row: RejectedAction) -> str:
    """A row of the list."""
    who = " ".join(part for part in (row.study, row.user_id, row.name) if part) or "-"
    mark = "replayed  " if row.replayed_at else ""
    text = f"{row.id:>6}  {row.received_at.astimezone(UTC):%Y-%m-%d %H:%M:%S}  {who}  {mark}{row.message}"
    return fit_line(printable(text))


def fit_line(text: str) -> str:
    """Cut the text to the width of the terminal. It is not cut if the output is not a terminal."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 10_000
    return text if len(text) <= width else f"{text[: width - 1]}…"


def printable(text: str) -> str:
    """Escape characters that control a terminal: anyone may have sent the text."""
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)


@rejected.command("show")
@click.argument("row_id", metavar="ID", type=int)
@click.option("--body", "only_body", is_flag=True, help="Only the bytes as received, for editing.")
@with_database
def show(_config: Config, engine: Engine, row_id: int, only_body: bool) -> None:
    """Show one rejected action in full.

    To correct it by hand: rejected show ID --body > action.json, edit the file, then
    rejected replay ID --edit action.json.
    """
    with Session(engine) as session:
        row = session.scalar(select(RejectedAction).where(RejectedAction.id == row_id))
    if row is None:
        raise click.ClickException(f"No rejected action has the id {row_id}: `rejected list` shows them.")
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
    for field, reason in row.reasons.items():
        click.echo(printable(f"  {field}: {json.dumps(reason, ensure_ascii=False)}"))
    if row.context not in ("null", "{}"):
        click.echo(f"\nbatch-level fields\n{indented(row.context.encode())}")
    click.echo(f"\n{'the whole body' if row.context == 'null' else 'the action'} as received\n{indented(row.body)}")


def stamp(time: datetime | None) -> str:
    """Date and time in UTC; empty for None."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f} UTC" if time else ""


def indented(content: bytes) -> str:
    """Indented JSON; any other text with its control characters escaped."""
    try:
        text = json.dumps(json.loads(content), indent=2)
    except (ValueError, RecursionError):
        text = printable(content.decode(errors="backslashreplace"))
    return "\n".join(f"  {part}" for part in text.splitlines())


@rejected.command("replay")
@click.argument("ids", nargs=-1, type=int)
@with_filters
@click.option("--all", "every", is_flag=True, help="All that are open: not yet replayed and stored.")
@click.option(
    "--edit", type=click.File("rb"), metavar="FILE", help="Validate this file instead of the kept bytes; - is stdin."
)
@with_database
def replay_(
    config: Config, engine: Engine, ids: tuple[int, ...], every: bool, edit: BinaryIO | None, **filters: str | None
) -> None:
    """Re-validate rejected actions and store those that now pass.

    Select them by IDS, by filters, or by --all. Exits with 1 if some are still invalid.
    """
    if bool(ids) + any(filters.values()) + every != 1:
        raise click.UsageError("Select which: ids, filters such as --name click, or --all.")
    if edit and len(ids) != 1:
        raise click.UsageError("--edit is for one action: give its id.")
    report = ReplayReport()
    if edit:
        report = replay(engine, list(ids), edit.read(), clock_skew_s=config.CLOCK_SKEW_S)
    else:
        for part in [list(ids)] if ids else open_ids(engine, filters):
            report += replay(engine, part, clock_skew_s=config.CLOCK_SKEW_S)
    print_report(report, edited=edit is not None)
    sys.exit(1 if report.refused or report.absent else 0)


def open_ids(engine: Engine, filters: Filters) -> Iterator[list[int]]:
    """The ids of the open rejected actions that match, in chunks, since all of them may not fit into memory."""
    is_open = TABLE.c.replayed_at.is_(None)
    last = 0
    with engine.connect() as connection:
        total = connection.scalar(matching(select(func.count()).where(is_open), filters)) or 0
    with tqdm(total=total, unit=" actions", disable=total <= REPLAYED_PER_TRANSACTION) as bar:
        while True:
            query = matching(select(TABLE.c.id).where(is_open, TABLE.c.id > last), filters)
            with engine.connect() as connection:  # closed before replay, which has a transaction of its own
                rows: list[Row[Any]] = list(
                    connection.execute(query.order_by(TABLE.c.id).limit(REPLAYED_PER_TRANSACTION))
                )
            if not rows:
                return
            yield [row.id for row in rows]
            last = rows[-1].id
            bar.update(len(rows))


def print_report(report: ReplayReport, edited: bool) -> None:
    """The result on stdout; on stderr the actions that are still invalid, with the reasons, and those not found."""
    click.echo(f"{len(report.replayed)} resolved: {report.stored} stored, {report.duplicates} already stored.")
    for row_id, reasons in list(report.refused.items())[:LISTED]:
        text = "; ".join(f"{field}: {json.dumps(reason, ensure_ascii=False)}" for field, reason in reasons.items())
        click.echo(fit_line(printable(f"{row_id:>6}  {'edited, ' if edited else ''}still invalid: {text}")), err=True)
    if len(report.refused) > LISTED:
        click.echo(f"... and {len(report.refused) - LISTED} more are still invalid: see `rejected list`.", err=True)
    if report.absent:
        named = ", ".join(map(str, report.absent[:LISTED]))
        click.echo(f"Not found or already replayed: {named}.", err=True)
