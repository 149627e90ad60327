"""What an edge remembers: SQLite through SQLAlchemy Core.

Repositories take and return domain or protocol records. Reads run on the caller's thread;
every write goes through one writer thread (:mod:`watchpost.store.writer`) and is
acknowledged only after its commit.
"""
