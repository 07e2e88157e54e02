//! Who is told what: events from the outbox to receivers.
//!
//! The store writes an event in the transaction of the change that it tells of. Here it
//! becomes one delivery for each receiver that wants it; each is tried, again and again, for
//! half a day. An event may be delivered twice and never not at all: its id is the same.

mod mail;
mod message;
mod notice;
mod receiver;

use std::time::Duration;

use jiff::SignedDuration;
use lazaret_store::{Done, Failed, Lease, Leased, NewJob, OUTBOX};
use lazaret_wire::Outgoing;
use serde::{Deserialize, Serialize};
use tracing::{Instrument as _, Span};

use crate::spans::step;
use crate::{App, spans};
use message::{Notice, message};
use notice::notice;

pub(crate) use receiver::{Receiver, read};

/// How long a lease holds: longer than a delivery may take.
const LEASE: SignedDuration = SignedDuration::from_secs(120);

/// Deliveries at a time.
const AT_ONCE: u32 = 16;

/// Attempts of a delivery.
const ATTEMPTS: u32 = 20;

/// Kind of a delivery's job.
const DELIVER: &str = "deliver";

#[derive(Serialize, Deserialize)]
struct Delivery {
    receiver: String,
    notice: Notice,
}

/// What came of a job.
type Outcome = Result<Vec<NewJob>, (String, bool)>;

/// Tells until the centre stops.
pub(crate) async fn run(app: App) {
    let outgoing = match Outgoing::new() {
        Ok(outgoing) => outgoing,
        Err(cause) => {
            tracing::error!(%cause, "nobody is told of anything");
            return;
        }
    };
    let lease = Lease {
        worker: format!("notify-{}", std::process::id()),
        pools: vec![OUTBOX.to_owned()],
        jobs: AT_ONCE,
        units: None,
        ttl: LEASE,
    };
    let mut stop = app.stop.clone();
    while !app.is_stopping() {
        let leased = match app.store.lease(&lease, app.now()).await {
            Ok(leased) => leased,
            Err(cause) => {
                tracing::warn!(%cause, "no events leased");
                Vec::new()
            }
        };
        if leased.is_empty() {
            tokio::select! {
                () = tokio::time::sleep(Duration::from_secs(2)) => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
            continue;
        }
        let each = leased.into_iter().map(|job| {
            let (app, outgoing) = (app.clone(), outgoing.clone());
            let span = spans::job(&job);
            let attempt = async move { attempt(&app, &outgoing, job, &Span::current()).await };
            tokio::spawn(attempt.instrument(span))
        });
        for task in each.collect::<Vec<_>>() {
            let _ = task.await;
        }
    }
}

async fn attempt(app: &App, outgoing: &Outgoing, job: Leased, span: &Span) {
    let outcome = match job.kind.as_str() {
        DELIVER => deliver(app, outgoing, &job).await,
        _ => spread(app, &job),
    };
    let now = app.now();
    let settled = match outcome {
        Ok(then) => {
            let done = Done {
                id: job.id.clone(),
                fence: job.fence,
                then,
            };
            app.store.complete(&[done], now).await
        }
        Err((error, retry)) => {
            tracing::warn!(job = job.id, error, "nobody was told");
            spans::failed(span);
            let failed = Failed {
                id: job.id.clone(),
                fence: job.fence,
                error,
                retry,
            };
            app.store.fail(&[failed], now).await
        }
    };
    if let Err(cause) = settled {
        tracing::warn!(job = job.id, %cause, "event not settled; it comes again");
    }
}

/// An event becomes one delivery for each receiver that wants it.
fn spread(app: &App, job: &Leased) -> Outcome {
    let wanting: Vec<&Receiver> = app
        .receivers
        .iter()
        .filter(|receiver| receiver.wants(&job.kind))
        .collect();
    if wanting.is_empty() {
        return Ok(Vec::new());
    }
    let now = app.now();
    let notice = notice(job, &now.to_string(), &|path| app.link(path));
    wanting
        .into_iter()
        .map(|receiver| {
            let delivery = Delivery {
                receiver: receiver.name.clone(),
                notice: notice.clone(),
            };
            let payload = serde_json::to_string(&delivery);
            let payload = payload.map_err(|error| (error.to_string(), false))?;
            let mut new = NewJob::new(DELIVER, OUTBOX, payload, now);
            new.max_attempts = ATTEMPTS;
            // The same event to the same receiver, once, however often it is spread.
            new.dedupe_key = Some(format!("deliver:{}:{}", receiver.name, job.id));
            Ok(new)
        })
        .collect()
}

async fn deliver(app: &App, outgoing: &Outgoing, job: &Leased) -> Outcome {
    let delivery: Delivery =
        serde_json::from_str(&job.payload).map_err(|error| (error.to_string(), false))?;
    let mut receivers = app.receivers.iter();
    let receiver = receivers.find(|r| r.name == delivery.receiver);
    // It was taken out of the file: nobody waits for it.
    let Some(receiver) = receiver else {
        return Ok(Vec::new());
    };
    let kind = receiver.kind.name();
    let span = step!("tell", otel.kind = "client", lazaret.receiver.kind = kind);
    if let Some(mail) = &receiver.mail {
        let told = mail.tell(&delivery.notice).instrument(span).await;
        return match told {
            Ok(()) => Ok(Vec::new()),
            Err((why, may_pass)) => Err((format!("{}: {why}", receiver.name), may_pass)),
        };
    }
    let message = message(receiver, &delivery.notice, app.now().as_second());
    let Some(message) = message else {
        return Err((format!("{} has no address", receiver.name), false));
    };
    let answered = outgoing
        .post(&message.url, &message.headers, message.body)
        .instrument(span)
        .await;
    match answered {
        Ok(200..=299) => Ok(Vec::new()),
        Ok(status) => {
            let may_pass = matches!(status, 408 | 425 | 429 | 500..);
            let error = format!("{} answered {status}", receiver.name);
            Err((error, may_pass))
        }
        // The address is a secret of some; what the client says may name it.
        Err(_) => Err((format!("{} cannot be reached", receiver.name), true)),
    }
}
