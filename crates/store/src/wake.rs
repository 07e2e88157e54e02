//! A bell that rings when there may be work: at once inside the process, through PostgreSQL's
//! `NOTIFY` in others. Only a hint: whoever waits asks again after a while anyway.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgListener;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use crate::db::Db;
use crate::store::Store;

const CHANNEL: &str = "lazaret_jobs";

/// `NOTIFY` takes a lock of the whole server at its commit: so many at most, however many jobs
/// come.
const PAUSE: Duration = Duration::from_millis(100);

#[derive(Clone, Debug)]
pub(crate) struct Wake {
    rung: watch::Sender<()>,
    outside: Arc<Notify>,
    _tasks: Arc<Tasks>,
}

#[derive(Debug)]
struct Tasks(Vec<JoinHandle<()>>);

impl Drop for Tasks {
    fn drop(&mut self) {
        for task in &self.0 {
            task.abort();
        }
    }
}

impl Wake {
    pub(crate) fn new(db: &Db) -> Wake {
        let (rung, outside) = (watch::Sender::new(()), Arc::new(Notify::new()));
        let mut tasks = Vec::new();
        if let Db::Postgres(pool) = db {
            tasks.push(tokio::spawn(tell(pool.clone(), outside.clone())));
            tasks.push(tokio::spawn(listen(pool.clone(), rung.clone())));
        }
        Wake {
            rung,
            outside,
            _tasks: Arc::new(Tasks(tasks)),
        }
    }

    pub(crate) fn ring(&self) {
        self.rung.send_replace(());
        self.outside.notify_one();
    }
}

async fn tell(pool: sqlx::PgPool, outside: Arc<Notify>) {
    loop {
        outside.notified().await;
        // What fails is a hint lost.
        let _ = sqlx::query("SELECT pg_notify($1, '')")
            .bind(CHANNEL)
            .execute(&pool)
            .await;
        tokio::time::sleep(PAUSE).await;
    }
}

async fn listen(pool: sqlx::PgPool, rung: watch::Sender<()>) {
    while !pool.is_closed() {
        if let Ok(mut listener) = PgListener::connect_with(&pool).await
            && listener.listen(CHANNEL).await.is_ok()
        {
            while listener.recv().await.is_ok() {
                rung.send_replace(());
            }
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Rings when jobs were taken in since it was made or last waited for.
#[derive(Debug)]
pub struct Bell(watch::Receiver<()>);

impl Bell {
    /// Waits for the bell, so long at most; whether it rang.
    pub async fn wait(&mut self, at_most: Duration) -> bool {
        let rang = tokio::time::timeout(at_most, self.0.changed()).await;
        rang.is_ok_and(|changed| changed.is_ok())
    }
}

impl Store {
    /// A bell for a worker: make it, lease, and where there was nothing wait for it. What is
    /// taken in between lease and wait rings too.
    #[must_use]
    pub fn bell(&self) -> Bell {
        Bell(self.wake.rung.subscribe())
    }
}
