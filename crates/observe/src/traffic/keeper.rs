//! Where series are kept: an SQLite file with a row for each step of time, scope and length of step.
//!
//! A minute that is still counted is written again and again, marked as open. When it ends it is added to the ten
//! minutes and the hour that it lies in, in the same transaction that unmarks it: whatever happens to the process, a
//! minute is in its hour once.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, Row as _};
use tokio::sync::Mutex;

use super::block::{Block, Minute, Scope};
use super::meter::MINUTE;

/// The lengths of steps that are kept, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tier {
    Minute,
    TenMinutes,
    Hour,
}

impl Tier {
    const COARSE: [Self; 2] = [Self::TenMinutes, Self::Hour];

    /// In milliseconds.
    pub(super) fn step(self) -> i64 {
        match self {
            Self::Minute => MINUTE,
            Self::TenMinutes => 10 * MINUTE,
            Self::Hour => 60 * MINUTE,
        }
    }

    /// The coarsest whose steps make up `step`.
    pub(super) fn of(step: i64) -> Self {
        let fits = |tier: &Self| step % tier.step() == 0;
        [Self::Hour, Self::TenMinutes].into_iter().find(fits).unwrap_or(Self::Minute)
    }

    /// How long it is kept, where hours are kept for `hours`; in milliseconds.
    fn kept(self, hours: i64) -> i64 {
        const DAY: i64 = 24 * 60 * MINUTE;
        match self {
            Self::Minute => DAY.min(hours),
            Self::TenMinutes => (7 * DAY).min(hours),
            Self::Hour => hours,
        }
    }
}

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS blocks (
        step INTEGER NOT NULL, scope INTEGER NOT NULL, start INTEGER NOT NULL, run INTEGER NOT NULL,
        open INTEGER NOT NULL, rows BLOB NOT NULL,
        PRIMARY KEY (step, scope, start, run)
    );
    CREATE INDEX IF NOT EXISTS open_blocks ON blocks (open) WHERE open = 1;
    PRAGMA user_version = 1;";

/// The file, open.
#[derive(Debug)]
pub(super) struct Keeper {
    options: SqliteConnectOptions,
    /// `None` once it is closed.
    connection: Mutex<Option<SqliteConnection>>,
    /// Tells this process's rows of a minute from those of the one before it.
    run: i64,
    /// How long hours are kept, in milliseconds.
    kept: i64,
}

impl Keeper {
    pub(super) async fn open(path: &Path, run: i64, kept: Duration) -> io::Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A crash of the process loses nothing that was written; a power cut may lose the last seconds.
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(Duration::from_secs(10))
            .disable_statement_logging();
        let mut connection = options.connect().await.map_err(io::Error::other)?;
        sqlx::raw_sql(SCHEMA).execute(&mut connection).await.map_err(io::Error::other)?;
        let kept = i64::try_from(kept.as_millis()).unwrap_or(i64::MAX);
        let keeper = Self { options, connection: Mutex::new(Some(connection)), run, kept };
        keeper.close_left_open().await?;
        Ok(keeper)
    }

    /// Ends the minutes that a process before this one did not end.
    async fn close_left_open(&self) -> io::Result<()> {
        let mut session = self.connection.lock().await;
        let connection = session.as_mut().ok_or_else(closed)?;
        let left = "SELECT scope, start, run, rows FROM blocks WHERE open = 1 AND run <> ?";
        let rows = sqlx::query(left).bind(self.run).fetch_all(&mut *connection).await.map_err(io::Error::other)?;
        let mut transaction = connection.begin().await.map_err(io::Error::other)?;
        for row in rows {
            let (scope, start, run): (i64, i64, i64) = (row.get(0), row.get(1), row.get(2));
            let Some(scope) = Scope::ALL.into_iter().find(|known| known.code() == scope) else { continue };
            if let Ok(block) = Block::unpacked(row.get(3)) {
                add_to_coarse(&mut transaction, scope, start, &block).await?;
            }
            let done = "UPDATE blocks SET open = 0 WHERE step = ? AND scope = ? AND start = ? AND run = ?";
            let done = sqlx::query(done).bind(MINUTE).bind(scope.code()).bind(start).bind(run);
            done.execute(&mut *transaction).await.map_err(io::Error::other)?;
        }
        transaction.commit().await.map_err(io::Error::other)
    }

    /// Opens the file anew when the last transaction ended without being told to, as SQLite does when the disk is full:
    /// what counts transactions in front of it takes each further one for a part of that one.
    async fn mend(&self, connection: &mut SqliteConnection) -> io::Result<()> {
        if !connection.is_in_transaction() {
            return Ok(());
        }
        // One that was only broken off is rolled back as soon as the connection's thread comes to it.
        if connection.ping().await.is_err() || connection.is_in_transaction() {
            *connection = self.options.connect().await.map_err(io::Error::other)?;
        }
        Ok(())
    }

    /// Writes what is counted of a minute so far, or in the end.
    pub(super) async fn save(&self, minute: &Minute) -> io::Result<()> {
        let mut session = self.connection.lock().await;
        let connection = session.as_mut().ok_or_else(closed)?;
        self.mend(connection).await?;
        let mut transaction = connection.begin().await.map_err(io::Error::other)?;
        for (scope, block) in &minute.blocks {
            let key = (Tier::Minute, *scope, minute.start, self.run.saturating_add(minute.pass));
            put(&mut transaction, key, !minute.is_ended, block).await?;
            if minute.is_ended {
                add_to_coarse(&mut transaction, *scope, minute.start, block).await?;
            }
        }
        transaction.commit().await.map_err(io::Error::other)
    }

    /// The finest steps that are kept of what is `age` milliseconds old.
    pub(super) fn finest(&self, age: i64) -> Tier {
        [Tier::Minute, Tier::TenMinutes].into_iter().find(|tier| age <= tier.kept(self.kept)).unwrap_or(Tier::Hour)
    }

    /// Deletes what is older than it is kept.
    pub(super) async fn prune(&self, now: i64) -> io::Result<()> {
        let mut session = self.connection.lock().await;
        let connection = session.as_mut().ok_or_else(closed)?;
        for tier in [Tier::Minute, Tier::TenMinutes, Tier::Hour] {
            let before = now.saturating_sub(tier.kept(self.kept)).saturating_sub(tier.step());
            let old = "DELETE FROM blocks WHERE step = ? AND scope = ? AND start < ?";
            for scope in Scope::ALL {
                let old = sqlx::query(old).bind(tier.step()).bind(scope.code()).bind(before);
                old.execute(&mut *connection).await.map_err(io::Error::other)?;
            }
        }
        Ok(())
    }

    /// The packed blocks of `scope` that begin in `from..to`, with their beginnings. Minutes that are not yet in the
    /// coarser steps are among them with their own beginning.
    pub(super) async fn read(&self, tier: Tier, scope: Scope, from: i64, to: i64) -> io::Result<Vec<(i64, Vec<u8>)>> {
        let mut session = self.connection.lock().await;
        let connection = session.as_mut().ok_or_else(closed)?;
        let select = "SELECT start, rows FROM blocks WHERE scope = ? AND start >= ? AND start < ?
            AND (step = ? OR (step = ? AND open = 1))";
        let select = sqlx::query(select).bind(scope.code()).bind(from).bind(to).bind(tier.step()).bind(MINUTE);
        let rows = select.fetch_all(&mut *connection).await.map_err(io::Error::other)?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }

    pub(super) async fn close(&self) {
        if let Some(connection) = self.connection.lock().await.take()
            && let Err(error) = connection.close().await
        {
            tracing::warn!(%error, "the traffic series did not close cleanly");
        }
    }
}

fn closed() -> io::Error {
    io::Error::other("the traffic series are closed")
}

async fn put(
    transaction: &mut SqliteConnection,
    (tier, scope, start, run): (Tier, Scope, i64, i64),
    is_open: bool,
    block: &Block,
) -> io::Result<()> {
    let insert = "INSERT OR REPLACE INTO blocks (step, scope, start, run, open, rows) VALUES (?, ?, ?, ?, ?, ?)";
    let insert = sqlx::query(insert).bind(tier.step()).bind(scope.code()).bind(start).bind(run).bind(is_open);
    insert.bind(block.packed()?).execute(transaction).await.map_err(io::Error::other)?;
    Ok(())
}

async fn add_to_coarse(transaction: &mut SqliteConnection, scope: Scope, minute: i64, block: &Block) -> io::Result<()> {
    for tier in Tier::COARSE {
        let start = minute.div_euclid(tier.step()) * tier.step();
        let select = "SELECT rows FROM blocks WHERE step = ? AND scope = ? AND start = ? AND run = 0";
        let select = sqlx::query(select).bind(tier.step()).bind(scope.code()).bind(start);
        let row = select.fetch_optional(&mut *transaction).await.map_err(io::Error::other)?;
        // What cannot be read is begun anew: better a gap than no series at all.
        let mut sum = row.and_then(|row| Block::unpacked(row.get(0)).ok()).unwrap_or_default();
        sum.absorb(block);
        sum.trim(scope);
        put(transaction, (tier, scope, start, 0), false, &sum).await?;
    }
    Ok(())
}

/// Packed blocks as one sum for each step of `step` milliseconds.
pub(super) fn by_step(blocks: Vec<(i64, Vec<u8>)>, step: i64) -> io::Result<BTreeMap<i64, Block>> {
    let mut steps: BTreeMap<i64, Block> = BTreeMap::new();
    for (start, packed) in blocks {
        let block = Block::unpacked(&packed)?;
        steps.entry(start.div_euclid(step) * step).or_default().absorb(&block);
    }
    Ok(steps)
}
