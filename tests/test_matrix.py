"""Who gets which answer from which page: every page, every method, every role.

The rows stand in the case group, of which counsellor@ is a member, secretary@ and chair@ hold its offices;
member@ sits in the steering committee only, outsider@ in a working group, admin@ in none. Nothing is filled in,
so that 422 and 302 say "let in, but the form is empty", and 404 says "refused".
"""

import io
import re

import pytest
import sqlalchemy as sa
from doors import House, approve_minutes, forms_of, submit
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from test_attachments import attach

from meetings.agenda import AgendaDocument
from meetings.rooms import Room
from minutes.attachments import Attachment
from minutes.comments import Comment
from minutes.erasure import Erasure
from minutes.saved_searches import SavedSearch
from portal.audit import AuditEntry
from portal.outbox import Letter
from portal.people import Agency, Person
from portal.signin import SignIn

ROLES = ["nobody", "outsider", "member", "counsellor", "secretary", "chair", "admin"]

# "login" is the way to the sign-in page, "open" the same answer for everybody.
MATRIX = """
address                                        nobody  outsider member counsellor secretary chair admin

# open to all
GET  /login                                     200     302      302    302        302       302   302
POST /login                                     open 422
GET  /reset                                     open 200
POST /reset                                     open 422
GET  /reset/1-x                                 open 410
POST /reset/1-x                                 open 410
POST /language                                  open 302
GET  /answer/1-x                                open 410
POST /answer/1-x                                open 410
GET  /answer/1-x/stored                         open 410
GET  /healthz                                   open 200
GET  /robots.txt                                open 200
GET  /static/portal.css                         open 200
GET  /feeds/0.ics                               open 404
GET  /published/x.html                          open 404
GET  /unsubscribe/1-x                           open 404
POST /unsubscribe/1-x                           open 404

# everybody who is signed in, for themselves
GET  /                                          login   200      200    200        200       200   200
GET  /account                                   login   200      200    200        200       200   200
POST /account/password                          401     422      422    422        422       422   422
POST /account/letters                           401     422      422    422        422       422   422
POST /account/sessions/{foreign_session}/end    401     404      404    404        404       404   404
GET  /calendar                                  login   200      200    200        200       200   200
GET  /calendar/past                             login   200      200    200        200       200   200
GET  /calendar/month                            login   200      200    200        200       200   200
GET  /calendar/year                             login   200      200    200        200       200   200
GET  /calendar/subscriptions                    login   200      200    200        200       200   200
POST /calendar/subscriptions                    401     302      302    302        302       302   302
POST /calendar/renew                            401     302      302    302        302       302   302
POST /calendar/revoke                           401     302      302    302        302       302   302
POST /calendar/restore                          401     302      302    302        302       302   302
POST /calendar/committees/fallgruppe/renew      401     404      404    404        302       302   404
POST /calendar/committees/fallgruppe/revoke     401     404      404    404        302       302   404
POST /calendar/committees/fallgruppe/restore    401     404      404    404        302       302   404
GET  /tasks                                     login   200      200    200        200       200   200
GET  /committees                                login   200      200    200        200       200   200
GET  /problem-groups                            login   200      200    200        200       200   200
GET  /decisions                                 login   200      200    200        200       200   200
GET  /decisions/export.csv                      login   200      200    200        200       200   200
GET  /decisions/chart                           login   200      200    200        200       200   200
GET  /decisions/feed                            login   200      200    200        200       200   200
POST /decisions/feed/on                         401     302      302    302        302       302   302
POST /decisions/feed/renew                      401     302      302    302        302       302   302
POST /decisions/feed/off                        401     302      302    302        302       302   302
GET  /reading-list                              login   200      200    200        200       200   200
GET  /searches                                  login   200      200    200        200       200   200
GET  /searches/new                              login   200      200    200        200       200   200
POST /searches/new                              401     422      422    422        422       422   422
POST /searches/{foreign_search}/letters/on      401     404      404    404        404       404   404
POST /searches/{foreign_search}/delete          401     404      404    404        404       404   404
GET  /minutes                                   login   200      200    200        200       200   200

# members of the committee
GET  /committees/fallgruppe                     login   404      404    200        200       200   404
GET  /meetings/{meeting}                        login   404      404    200        200       200   404
GET  /meetings/{meeting}/answer                 login   404      404    302        302       302   404
POST /meetings/{meeting}/answer                 401     404      404    302        302       302   404
GET  /meetings/{meeting}/agenda                 login   404      404    200        200       200   404
GET  /meetings/{meeting}/agenda/new             login   404      404    200        200       200   404
POST /meetings/{meeting}/agenda/new             401     404      404    422        422       422   404
GET  /polls/{poll}                              login   404      404    200        200       200   404
POST /polls/{poll}                              401     404      404    422        422       422   404
GET  /meetings/{meeting}/clock                  login   404      404    200        200       200   404
GET  /agenda/documents/{document}               login   404      404    200        200       200   404
GET  /minutes/{approved}                        login   404      404    200        200       200   404
GET  /minutes/{reviewed}                        login   404      404    200        200       200   404
GET  /minutes/{reviewed}/review/changes         login   404      404    200        200       200   404
GET  /minutes/{reviewed}/comments/new           login   404      404    200        200       200   404
POST /minutes/{reviewed}/comments               401     404      404    422        422       422   404
GET  /minutes/{approved}/export.md              login   404      404    200        200       200   404
GET  /minutes/{approved}/open.md                login   404      404    200        200       200   404
GET  /attachments/{attachment}                  login   404      404    200        200       200   404
GET  /decisions/{released}                      login   404      404    200        200       200   404
GET  /decisions/{released}.pdf                  login   404      404    200        200       200   404
POST /decisions/{released}/keep                 401     404      404    302        302       302   404
POST /decisions/{released}/drop                 401     404      404    302        302       302   404
GET  /committees/fallgruppe/tasks               login   404      404    200        200       200   404
GET  /tasks/{task}                              login   404      404    200        200       200   404

# the case group and the steering committee
GET  /problem-groups/{group}                    login   404      200    200        200       200   404

# those who write: secretary and chair
GET  /committees/fallgruppe/problem-groups/new  login   404      404    404        200       200   404
POST /committees/fallgruppe/problem-groups/new  401     404      404    404        422       422   404
GET  /agenda/items/{item}/problem-group         login   404      404    404        200       200   404
POST /agenda/items/{item}/problem-group         401     404      404    404        422       422   404
GET  /problem-groups/{group}/edit               login   404      404    404        200       200   404
POST /problem-groups/{group}/edit               401     404      404    404        422       422   404
GET  /problem-groups/{group}/answer             login   404      404    404        200       200   404
POST /problem-groups/{group}/answer             401     404      404    404        422       422   404
POST /problem-groups/{group}/reopen             401     404      404    404        302       302   404
POST /problem-groups/{group}/close              401     404      404    404        302       302   404
GET  /committees/fallgruppe/rule                login   404      404    404        200       200   404
POST /committees/fallgruppe/rule                401     404      404    404        422       422   404
GET  /committees/fallgruppe/plan                login   404      404    404        200       200   404
POST /committees/fallgruppe/plan                401     404      404    404        302       302   404
GET  /committees/fallgruppe/procedure           login   404      404    404        200       200   404
POST /committees/fallgruppe/procedure           401     404      404    404        422       422   404
POST /committees/fallgruppe/procedure/items     401     404      404    404        422       422   404
GET  /committees/fallgruppe/blocked             login   404      404    404        200       200   404
POST /committees/fallgruppe/blocked             401     404      404    404        422       422   404
POST /committees/fallgruppe/blocked/file        401     404      404    404        422       422   404
POST /committees/fallgruppe/blocked/remove-file 401     404      404    404        302       302   404
POST /committees/fallgruppe/blocked/9/remove    401     404      404    404        404       404   404
GET  /committees/fallgruppe/meetings/new        login   404      404    404        200       200   404
POST /committees/fallgruppe/meetings/new        401     404      404    404        422       422   404
GET  /committees/fallgruppe/polls/new           login   404      404    404        200       200   404
POST /committees/fallgruppe/polls/new           401     404      404    404        422       422   404
POST /committees/fallgruppe/polls/rows          401     404      404    404        200       200   404
POST /polls/{poll}/decide                       401     404      404    404        302       302   404
GET  /polls/{poll}/withdraw                     login   404      404    404        200       200   404
POST /polls/{poll}/withdraw                     401     404      404    404        302       302   404
GET  /meetings/{meeting}/edit                   login   404      404    404        200       200   404
POST /meetings/{meeting}/edit                   401     404      404    404        422       422   404
POST /meetings/{meeting}/split/preview          401     404      404    404        422       422   404
POST /meetings/{meeting}/split/again            401     404      404    404        200       200   404
POST /meetings/{meeting}/edit/preview           401     404      404    404        422       422   404
POST /meetings/{meeting}/edit/again             401     404      404    404        200       200   404
GET  /meetings/{meeting}/invite                 login   404      404    404        200       200   404
POST /meetings/{meeting}/invite                 401     404      404    404        302       302   404
GET  /meetings/{meeting}/cancel                 login   404      404    404        200       200   404
POST /meetings/{meeting}/cancel                 401     404      404    404        302       302   404
GET  /meetings/{meeting}/reinstate              login   404      404    404        302       302   404
POST /meetings/{meeting}/reinstate              401     404      404    404        302       302   404
GET  /meetings/{meeting}/answers/{person}       login   404      404    404        302       302   404
POST /meetings/{meeting}/answers/{person}       401     404      404    404        302       302   404
GET  /meetings/{meeting}/attendance             login   404      404    404        200       200   404
POST /meetings/{meeting}/attendance             401     404      404    404        422       422   404
POST /meetings/{meeting}/agenda/carry           401     404      404    404        302       302   404
POST /meetings/{meeting}/agenda/send            401     404      404    404        302       302   404
GET  /agenda/items/{item}                       login   404      404    404        200       200   404
POST /agenda/items/{item}                       401     404      404    404        422       422   404
POST /agenda/items/{item}/place                 401     404      404    404        302       302   404
POST /agenda/items/{item}/accept                401     404      404    404        302       302   404
GET  /agenda/items/{item}/decline               login   404      404    404        200       200   404
POST /agenda/items/{item}/decline               401     404      404    404        422       422   404
POST /agenda/items/{item}/postpone              401     404      404    404        302       302   404
POST /agenda/items/{item}/delete                401     404      404    404        302       302   404
POST /agenda/items/{item}/begin                 401     404      404    404        302       302   404
POST /agenda/items/{item}/end                   401     404      404    404        302       302   404
POST /agenda/items/{item}/documents             401     404      404    404        422       422   404
POST /agenda/documents/{document}/delete        401     404      404    404        302       302   404
GET  /meetings/{meeting}/split                  login   404      404    404        200       200   404
POST /meetings/{meeting}/split                  401     404      404    404        422       422   404
GET  /meetings/{meeting}/minutes/new            login   404      404    404        200       200   404
POST /meetings/{meeting}/minutes/new            401     404      404    404        422       422   404
GET  /committees/fallgruppe/minutes/import      login   404      404    404        200       200   404
POST /committees/fallgruppe/minutes/import      401     404      404    404        422       422   404
GET  /committees/fallgruppe/minutes/approve     login   404      404    404        200       200   404
POST /committees/fallgruppe/minutes/approve     401     404      404    404        422       422   404
GET  /minutes/{approved}/editions/new           login   404      404    404        200       200   404
POST /minutes/{approved}/editions/new           401     404      404    404        422       422   404
GET  /minutes/{reviewed}/comments/{comment}/answer login 404     404    404        200       200   404
POST /minutes/{reviewed}/comments/{comment}/answer 401 404       404    404        422       422   404
GET  /minutes/{draft_minutes}                   login   404      404    404        200       200   404
GET  /minutes/{draft_minutes}/review            login   404      404    404        200       200   404
POST /minutes/{draft_minutes}/review            401     404      404    404        422       422   404
POST /minutes/{draft_minutes}/review/end        401     404      404    404        302       302   404
GET  /minutes/{draft_minutes}/delete            login   404      404    404        200       200   404
POST /minutes/{draft_minutes}/delete            401     404      404    404        302       302   404
GET  /minutes/{draft_minutes}/export.md         login   404      404    404        200       200   404
GET  /minutes/{draft_minutes}/open.md           login   404      404    404        200       200   404
GET  /minutes/{draft_minutes}/edit              login   404      404    404        200       200   404
POST /minutes/{draft_minutes}/edit              401     404      404    404        422       422   404
POST /minutes/{draft_minutes}/edit/finish       401     404      404    404        422       422   404
POST /minutes/{draft_minutes}/autosave          401     404      404    404        422       422   404
POST /minutes/{draft_minutes}/reread            401     404      404    404        422       422   404
GET  /minutes/{draft_minutes}/approve           login   404      404    404        200       200   404
POST /minutes/{draft_minutes}/approve           401     404      404    404        422       422   404
POST /minutes/{draft_minutes}/dismiss           401     404      404    404        302       302   404
POST /minutes/{draft_minutes}/replace           401     404      404    404        302       302   404
GET  /minutes/{draft_minutes}/original          login   404      404    404        404       404   404
GET  /minutes/{draft_minutes}/attachments       login   404      404    404        200       200   404
POST /minutes/{draft_minutes}/attachments       401     404      404    404        422       422   404
GET  /attachments/{draft_attachment}/original   login   404      404    404        200       200   404
GET  /attachments/{draft_attachment}/edit       login   404      404    404        200       200   404
POST /attachments/{draft_attachment}/edit       401     404      404    404        422       422   404
# the secretary's button works at once, and the chair finds nothing more to remove
POST /attachments/{draft_attachment}/delete     401     404      404    404        302       302   404
GET  /committees/fallgruppe/decisions/templates login   404      404    404        200       200   404
GET  /committees/fallgruppe/decisions/templates/new login 404    404    404        200       200   404
POST /committees/fallgruppe/decisions/templates/new 401 404      404    404        422       422   404
GET  /committees/fallgruppe/decisions/templates/{template} login 404 404 404       200       200   404
POST /committees/fallgruppe/decisions/templates/{template} 401 404 404  404        422       422   404
# the secretary's button works at once, and the chair finds nothing more to remove
POST /committees/fallgruppe/decisions/templates/{template}/delete 401 404 404 404  302       404   404
# the minutes of the matrix decided nothing
POST /minutes/{approved}/decisions/9/take-over  401     404      404    404        404       404   404
GET  /decisions/{released}/withdraw             login   404      404    404        200       200   404
POST /decisions/{released}/withdraw             401     404      404    404        422       422   404
POST /decisions/{released}/withdraw/confirm     401     404      404    404        302       302   404
POST /decisions/{released}/withdraw/drop        401     404      404    404        302       302   404
GET  /decisions/{released}/share                login   404      404    404        404       200   404
POST /decisions/{released}/share                401     404      404    404        404       422   404
# only what all committees read is published
GET  /decisions/{released}/publish              login   404      404    404        404       404   404
POST /decisions/{released}/publish              401     404      404    404        404       404   404
GET  /committees/fallgruppe/decisions/new       login   404      404    404        200       200   404
POST /committees/fallgruppe/decisions/new       401     404      404    404        422       422   404
GET  /committees/fallgruppe/tasks/new           login   404      404    404        200       200   404
POST /committees/fallgruppe/tasks/new           401     404      404    404        422       422   404
GET  /tasks/{task}/edit                         login   404      404    404        200       200   404
POST /tasks/{task}/edit                         401     404      404    404        422       422   404
GET  /tasks/{task}/drop                         login   404      404    404        200       200   404
POST /tasks/{task}/drop                         401     404      404    404        422       422   404
POST /tasks/{task}/done                         401     404      404    404        422       422   404
POST /tasks/{task}/reopen                       401     404      404    404        422       422   404
POST /tasks/{task}/note                         401     404      404    404        422       422   404
GET  /drafts/{draft}                            login   404      404    404        200       200   404
GET  /drafts/{draft}/edit                       login   404      404    404        200       302   404
POST /drafts/{draft}/edit                       401     404      404    404        422       422   404
POST /drafts/{draft}/replace                    401     404      404    404        302       302   404
POST /drafts/{draft}/dismiss                    401     404      404    404        302       302   404
POST /drafts/{draft}/release                    401     404      404    404        422       422   404
POST /drafts/{draft}/comments                   401     404      404    404        422       422   404
POST /drafts/{draft}/delete                     401     404      404    404        302       302   404
GET  /terms                                     login   404      404    404        200       200   404
POST /terms                                     401     404      404    404        422       422   404
POST /terms/from-text                           401     404      404    404        422       422   404
POST /terms/9/confirm                           401     404      404    404        404       404   404
POST /terms/9/remove                            401     404      404    404        404       404   404
# only with what a page sealed for this person
POST /guard                                     401     404      404    404        404       404   404
POST /returned/{colleague}/forget               401     404      404    404        302       302   302

# one's own comments only; minutes of a case group are never shared, and a first edition has no difference
GET  /minutes/{reviewed}/comments/{comment}     login   404      404    200        404       404   404
POST /minutes/{reviewed}/comments/{comment}     401     404      404    422        404       404   404
POST /minutes/{reviewed}/comments/{comment}/withdraw 401 404     404    302        404       404   404
GET  /minutes/{approved}/share                  login   404      404    404        404       404   404
POST /minutes/{approved}/share                  401     404      404    404        404       404   404
POST /minutes/{approved}/share/end              401     404      404    404        404       404   404
GET  /minutes/{approved}/difference             login   404      404    404        404       404   404

# the administrator
GET  /admin/people                              login   404      404    404        404       404   200
GET  /admin/people/new                          login   404      404    404        404       404   200
POST /admin/people/new                          401     404      404    404        404       404   422
GET  /admin/people/{person}                     login   404      404    404        404       404   200
POST /admin/people/{person}                     401     404      404    404        404       404   422
POST /admin/people/{person}/welcome             401     404      404    404        404       404   302
POST /admin/people/{person}/sign-out            401     404      404    404        404       404   302
POST /admin/people/{person}/disable             401     404      404    404        404       404   302
POST /admin/people/{person}/enable              401     404      404    404        404       404   302
GET  /admin/people/{person}/memberships/new     login   404      404    404        404       404   200
POST /admin/people/{person}/memberships         401     404      404    404        404       404   422
POST /admin/people/{person}/deputies/9/end      401     404      404    404        404       404   404
GET  /admin/committees                          login   404      404    404        404       404   200
GET  /admin/agencies/new                        login   404      404    404        404       404   200
POST /admin/agencies/new                        401     404      404    404        404       404   422
GET  /admin/agencies/{agency}                   login   404      404    404        404       404   200
POST /admin/agencies/{agency}                   401     404      404    404        404       404   422
GET  /admin/rooms                               login   404      404    404        404       404   200
GET  /admin/rooms/new                           login   404      404    404        404       404   200
POST /admin/rooms/new                           401     404      404    404        404       404   422
GET  /admin/rooms/{room}                        login   404      404    404        404       404   200
POST /admin/rooms/{room}                        401     404      404    404        404       404   422
POST /admin/rooms/{room}/remove                 401     404      404    404        404       404   302
GET  /admin/letters                             login   404      404    404        404       404   200
POST /admin/letters/{letter}/retry              401     404      404    404        404       404   302
POST /admin/letters/retry-failed                401     404      404    404        404       404   302
POST /admin/letters/pause                       401     404      404    404        404       404   302
POST /admin/letters/resume                      401     404      404    404        404       404   302
POST /admin/letters/test                        401     404      404    404        404       404   302

# erasure: the administrator asks, the chair carries it out or drops it, and then there is nothing to see
GET  /erasures                                  login   404      404    404        404       404   200
POST /erasures                                  401     404      404    404        404       404   422
GET  /erasures/{erasure}                        login   404      404    404        404       200   200
POST /erasures/{erasure}                        401     404      404    404        404       422   404
POST /erasures/{erasure}/drop                   401     404      404    404        404       302   404

# last, because it ends the session
POST /logout                                    302     302      302    302        302       302   302
"""


def lines() -> list[tuple[str, str, list[str]]]:
    """Method, address and expected answers, one for each role."""
    found = []
    for line in MATRIX.splitlines()[2:]:
        if line and not line.startswith("#"):
            method, address, *answers = line.split()
            if answers[0] == "open":
                answers = answers[1:] * len(ROLES)
            found.append((method, address, answers))
    return found


def fill(house: House) -> dict[str, object]:
    """Rows of the case group and of the administration that the addresses name, made as people make them."""
    secretary, chair = house.sign_in("secretary"), house.sign_in("chair")
    meeting, past = house.meeting("fallgruppe"), house.meeting("fallgruppe", days=-3)
    approved, draft_minutes = (type_minutes(secretary, each) for each in (past, meeting))
    attach(secretary, approved, ("geheim.txt", b"Geheimes"))
    attach(secretary, draft_minutes, ("geheim.txt", b"Geheimes"))
    assert approve_minutes(chair, approved).status_code == 302
    reviewed = type_minutes(secretary, house.meeting("fallgruppe", days=-5))
    submit(secretary, f"/minutes/{reviewed}/review")
    comments = f"/minutes/{reviewed}/comments"
    submit(house.sign_in("counsellor"), f"{comments}/new", comments, text="Geheime Anmerkung")
    released, draft = write_decision(secretary), write_decision(secretary)
    page = f"/drafts/{released}"
    answer = submit(chair, page, action=f"{page}/release", recognised="nobody")
    templates = "/committees/fallgruppe/decisions/templates"
    submit(secretary, f"{templates}/new", name="Vorlage")
    template = re.search(rf"{templates}/(\d+)", secretary.get(templates).text)
    item = add_item(secretary, meeting)
    poll = submit(secretary, "/committees/fallgruppe/polls/new", title="Geheimes").location
    task = submit(secretary, "/committees/fallgruppe/tasks/new", text="Geheimes erledigen").location
    group = submit(
        secretary, "/committees/fallgruppe/problem-groups/new", title="Geheimes Muster", text="Geheime Frage."
    ).location
    admin, number = house.sign_in("admin"), answer.location.rpartition("/")[2]
    submit(admin, "/admin/rooms/new", name="Bürgersaal")
    submit(admin, "/erasures", what=number, reason="Art. 17 DSGVO")
    house.sign_in("housing")
    with house.rows() as rows:
        return {
            "room": rows.scalar(sa.select(Room.id)),
            "meeting": meeting,
            "item": item,
            "poll": poll.rpartition("/")[2],
            "group": group.rpartition("/")[2],
            "task": task.rpartition("/")[2],
            "document": rows.scalar(sa.select(AgendaDocument.id)),
            "attachment": rows.scalar(sa.select(sa.func.min(Attachment.id))),
            "draft_attachment": rows.scalar(sa.select(sa.func.max(Attachment.id))),
            "approved": approved,
            "draft_minutes": draft_minutes,
            "reviewed": reviewed,
            "comment": rows.scalar(sa.select(Comment.id)),
            "draft": draft,
            "template": template[1],
            "released": answer.location.rpartition("/")[2],
            "erasure": rows.scalar(sa.select(Erasure.id)),
            "foreign_search": save_foreign_search(rows),
            "foreign_session": rows.scalar(sa.select(sa.func.max(SignIn.id))),
            "letter": rows.scalar(sa.select(Letter.id).limit(1)),
            "person": rows.scalar(sa.select(Person.id).where(Person.email == "housing@example.org")),
            "colleague": rows.scalar(sa.select(Person.id).where(Person.email == "counsellor@example.org")),
            "agency": rows.scalar(sa.select(Agency.id)),
        }


def save_foreign_search(rows: Session) -> int:
    """A search of somebody who has no role of the matrix; returns its id."""
    owner = rows.scalars(sa.select(Person).where(Person.email == "housing@example.org")).one()
    row = SavedSearch(person=owner, name="Geheime Suche", query="q=Geheim")
    rows.add(row)
    rows.commit()
    return row.id


def type_minutes(browser: FlaskClient, meeting: int) -> str:
    answer = submit(browser, f"/meetings/{meeting}/minutes/new", text="# TOP 1 Geheimes\n\nEs wurde beraten.")
    return answer.location.split("/")[2]


def add_item(browser: FlaskClient, meeting: int) -> str:
    """An agenda item with a document; returns its id."""
    submit(browser, f"/meetings/{meeting}/agenda/new", title="Geheimer Punkt")
    item = browser.get(f"/meetings/{meeting}/agenda").text.split('href="/agenda/items/')[1].partition('"')[0]
    (form,) = [
        f for f in forms_of(browser.get(f"/agenda/items/{item}").text) if f["action"].endswith("/documents")
    ]
    file = {"file": (io.BytesIO(b"Geheimes"), "geheim.txt")}
    assert browser.post(form["action"], data=form["fields"] | file).status_code == 302
    return item


def write_decision(browser: FlaskClient) -> str:
    page = "/committees/fallgruppe/decisions/new"
    answer = submit(
        browser, page, title="Geheimer Titel", result="granted", outcome="Ja.", arguments="Geheime Gründe."
    )
    return answer.location.split("/")[2]


@pytest.fixture
def browsers(light_house: House) -> dict[str, FlaskClient]:
    light_house.app.config["WTF_CSRF_ENABLED"] = False  # tests/test_access.py proves that every form needs it
    names = [role for role in ROLES if role != "nobody"]
    return {"nobody": light_house.visitor()} | {name: light_house.sign_in(name) for name in names}


def answer(browser: FlaskClient, method: str, address: str) -> str:
    response = browser.open(address, method=method, buffered=True)
    target = response.headers.get("Location", "")
    return "login" if target.startswith("/login?next=") else str(response.status_code)


def test_every_role_gets_the_written_answer_from_every_page(
    light_house: House, browsers: dict[str, FlaskClient]
) -> None:
    numbers, wrong = fill(light_house), []
    for method, pattern, expected in lines():
        address = pattern.format(**numbers)
        got = [answer(browsers[role], method, address) for role in ROLES]
        wrong += [
            f"{method} {pattern}: {role} gets {is_}, not {should}"
            for role, is_, should in zip(ROLES, got, expected, strict=True)
            if is_ != should
        ]
    assert wrong == []


def test_every_page_stands_in_the_matrix(light_house: House) -> None:
    listed = set()
    adapter = light_house.app.url_map.bind("")
    for method, pattern, _answers in lines():
        endpoint, _values = adapter.match(re.sub(r"{\w+}", "1", pattern), method=method)
        listed.add((method, endpoint))
    existing = {
        (method, rule.endpoint)
        for rule in light_house.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert existing - listed == set()


def test_every_refusal_to_somebody_signed_in_leaves_an_audit_entry_without_content(
    light_house: House, browsers: dict[str, FlaskClient]
) -> None:
    numbers = fill(light_house)
    addresses = [
        (method, pattern.format(**numbers))
        for method, pattern, expected in lines()
        if expected[1:2] == ["404"]
    ]
    secret = ("/feeds/", "/published/", "/unsubscribe/")  # open to all: who guesses there is nobody's account
    addresses = [(method, address) for method, address in addresses if not address.startswith(secret)]
    for method, address in addresses:
        browsers["outsider"].open(address, method=method, data={"text": "Amina Beispiel"})
    with light_house.rows() as rows:
        entries = rows.scalars(sa.select(AuditEntry).where(AuditEntry.action == "refused")).all()
        assert [(entry.detail["method"], entry.subject) for entry in entries] == addresses
        assert all(entry.person_id for entry in entries)
        assert not any("Amina" in str(entry.detail) for entry in entries)


def test_the_administrator_reads_nothing_of_the_case_group_anywhere(
    light_house: House, browsers: dict[str, FlaskClient]
) -> None:
    fill(light_house)
    pages = [
        "/",
        "/committees",
        "/calendar",
        "/calendar/month",
        "/calendar/year",
        "/decisions",
        "/decisions?q=geheim",
        "/minutes",
        "/minutes?q=geheim",
    ]
    seen = "".join(browsers["admin"].get(page).text for page in pages)
    assert "FG-2026-001" not in seen
    assert "Geheim" not in seen + browsers["admin"].get("/admin/letters").text
