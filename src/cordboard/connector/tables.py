"""Tables of the connector: calls with their facts, the journal of questions, and how far each source was read.

`call` holds each ended call once; `due` says which connection still has to be told of it; `run` and `entry` are the
journal. A run of an open call exists before its call does.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text, UniqueConstraint

metadata = MetaData()

#: An ended call, as the deciding lane settled it.
call = Table(
    "call",
    metadata,
    Column("pbx", Text, primary_key=True),
    Column("linkedid", Text, primary_key=True),
    Column("started_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger, nullable=False, index=True),
    Column("decided_by", Text, nullable=False),
    Column("situation", LargeBinary, nullable=False),
    Column("call_full", LargeBinary, nullable=False),
    Column("facts", LargeBinary, nullable=False),
    Column("rows", LargeBinary),
)

#: A connection that has not been told of an ended call yet.
due = Table(
    "due",
    metadata,
    Column("pbx", Text, primary_key=True),
    Column("linkedid", Text, primary_key=True),
    Column("connection", Text, primary_key=True),
)

#: One flow of one call in one connection.
run = Table(
    "run",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("pbx", Text, nullable=False),
    Column("linkedid", Text, nullable=False),
    Column("connection", Text, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("terms", LargeBinary, nullable=False),
    Column("known", LargeBinary),
    Column("outcome", LargeBinary),
    Column("began_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    UniqueConstraint("pbx", "linkedid", "connection", "generation", name="one_run_per_generation"),
    Index("run_by_state", "state", "ended_at"),
)

#: One question and its answer.
entry = Table(
    "entry",
    metadata,
    Column("run_id", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("question", LargeBinary, nullable=False),
    Column("sent_at", BigInteger),
    Column("answer", LargeBinary),
    Column("answered_at", BigInteger),
)

#: What reminds of a client whose call was missed; open until somebody has talked with them.
reminder = Table(
    "reminder",
    metadata,
    Column("connection", Text, primary_key=True),
    Column("mark", Text, primary_key=True),
    Column("client", Text, nullable=False),
    Column("task_id", Text, nullable=False),
    Column("notified", Integer, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("closed_at", BigInteger),
    Index("reminder_by_client", "connection", "client", "closed_at"),
)

#: What somebody asked of the queue by a command; done by the connector when it runs.
wish = Table(
    "wish",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("what", Text, nullable=False),
    Column("connection", Text, nullable=False),
    Column("pbx", Text, nullable=False),
    Column("linkedid", Text, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("answer", Text),
    Index("wish_by_answer", "answer"),
)

#: A call that somebody in a CRM asked for, until its run has ended.
click = Table(
    "click",
    metadata,
    Column("pbx", Text, primary_key=True),
    Column("linkedid", Text, primary_key=True),
    Column("connection", Text, nullable=False),
    Column("asked", LargeBinary, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("extension", Text),
    Column("sent_at", BigInteger),
)

#: Up to where a ledger has been read; never behind the oldest row of a call that is still open.
position = Table(
    "position",
    metadata,
    Column("pbx", Text, primary_key=True),
    Column("place", Text, nullable=False),
    Column("kept_at", BigInteger, nullable=False),
)
