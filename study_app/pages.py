"""The pages, in the order in which participants see them."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, NotFound

from study_app.config import STUDY
from study_app.headers import analytics_url
from study_app.participant import Participant, from_query, pseudonym

blueprint = Blueprint("study", __name__)

STEPS = ("Consent", "Task", "Questions", "Done")


@blueprint.get("/")
def consent() -> ResponseReturnValue:
    """Explain what is recorded and ask for consent; without a participant code, ask for the code first."""
    participant = _participant()
    if participant is None:
        return render_template("welcome.html", pseudonym=pseudonym())
    return _page("consent.html", participant, step=1)


@blueprint.get("/task")
def task() -> ResponseReturnValue:
    """Show the iris scatter plot."""
    return _page("task.html", _participant(), step=2)


@blueprint.get("/questions")
def questions() -> ResponseReturnValue:
    """Show the questions. The page passes the answers to the logger, so they are stored together with the clicks."""
    return _page("questions.html", _participant(), step=3)


@blueprint.route("/done", methods=["GET", "POST"])
def done() -> ResponseReturnValue:
    """Thank the participant once the data are saved. The form is posted here to keep the answers out of the URL."""
    participant = _participant()
    if request.method == "POST" and participant is not None:
        return redirect(request.full_path, code=303)
    return _page("done.html", participant, step=4)


@blueprint.app_errorhandler(BadRequest)
def bad_request(error: BadRequest) -> ResponseReturnValue:
    """Explain what is wrong with the link."""
    heading = "Something is wrong with this link"
    return render_template("error.html", title="Invalid link", heading=heading, message=error.description), 400


@blueprint.app_errorhandler(NotFound)
def not_found(_error: NotFound) -> ResponseReturnValue:
    """Show the study's own page: a mistyped link is also something that only the researcher can fix."""
    message = "This study has no page at this address."
    return render_template("error.html", title="Page not found", heading="Page not found", message=message), 404


def _participant() -> Participant | None:
    try:
        return from_query(request.args)
    except ValueError as error:
        raise BadRequest(str(error)) from error


def _page(template: str, participant: Participant | None, step: int) -> ResponseReturnValue:
    if participant is None:
        return redirect(url_for("study.consent"))
    return render_template(
        template, participant=participant, step=step, steps=STEPS, study=STUDY, analytics_url=analytics_url()
    )
