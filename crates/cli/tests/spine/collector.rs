//! A collector of traces: OTLP over HTTP, read with the protocol's own messages.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use prost::Message as _;

use crate::process::{SOON, until};

/// A span, as it came.
#[derive(Debug, Clone)]
pub(crate) struct Span {
    pub(crate) service: String,
    pub(crate) name: String,
    pub(crate) trace: String,
    pub(crate) id: String,
    pub(crate) parent: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) is_error: bool,
}

impl Span {
    pub(crate) fn get(&self, name: &str) -> &str {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value)
    }
}

/// How it behaves.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Mood {
    /// Takes everything.
    Good,
    /// Answers with a status.
    Says(u16),
    /// Takes connections and never answers.
    Silent,
}

/// What it has seen.
#[derive(Default)]
struct Seen {
    spans: Vec<Span>,
    heads: Vec<String>,
    requests: usize,
}

pub(crate) struct Collector {
    pub(crate) address: String,
    seen: Arc<Mutex<Seen>>,
    mood: Arc<Mutex<Mood>>,
}

impl Collector {
    pub(crate) fn start(mood: Mood) -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = socket.local_addr().expect("an address").to_string();
        let (seen, mood) = (Arc::<Mutex<Seen>>::default(), Arc::new(Mutex::new(mood)));
        let (kept, felt) = (Arc::clone(&seen), Arc::clone(&mood));
        std::thread::spawn(move || {
            for stream in socket.incoming().flatten() {
                let (seen, mood) = (Arc::clone(&kept), Arc::clone(&felt));
                std::thread::spawn(move || serve(stream, &seen, &mood));
            }
        });
        Self {
            address,
            seen,
            mood,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn is(&self, mood: Mood) {
        *self.mood.lock().expect("a mood") = mood;
    }

    pub(crate) fn spans(&self) -> Vec<Span> {
        self.seen.lock().expect("spans").spans.clone()
    }

    /// The heads of requests, one text each.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.seen.lock().expect("heads").heads.clone()
    }

    pub(crate) fn requests(&self) -> usize {
        self.seen.lock().expect("a count").requests
    }

    /// Waits for a span.
    #[track_caller]
    pub(crate) fn span(&self, what: &str, is: impl Fn(&Span) -> bool) -> Span {
        until(what, SOON, || {
            self.spans().into_iter().find(|span| is(span))
        })
    }
}

fn serve(stream: TcpStream, seen: &Mutex<Seen>, mood: &Mutex<Mood>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut stream = stream;
    loop {
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            if line == "\r\n" {
                break;
            }
            if let Some(told) = line.to_lowercase().strip_prefix("content-length:") {
                length = told.trim().parse().ok()?;
            }
            head += &line;
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let mood = *mood.lock().ok()?;
        seen.lock().ok()?.requests += 1;
        let status = match mood {
            Mood::Good => 200,
            Mood::Says(status) => status,
            Mood::Silent => {
                std::thread::sleep(Duration::from_secs(600));
                return None;
            }
        };
        if status == 200 {
            let request = ExportTraceServiceRequest::decode(&*body).expect("spans, as protobuf");
            let mut seen = seen.lock().ok()?;
            seen.spans.extend(spans(request));
            seen.heads.push(head);
        }
        let kind = "Content-Type: application/x-protobuf";
        write!(
            stream,
            "HTTP/1.1 {status} Said\r\n{kind}\r\nContent-Length: 0\r\n\r\n"
        )
        .ok()?;
    }
}

fn spans(request: ExportTraceServiceRequest) -> Vec<Span> {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut all = Vec::new();
    for of in request.resource_spans {
        let resource = attributes(&of.resource.expect("a resource").attributes);
        let named = resource.iter().find(|(key, _)| key == "service.name");
        let (_, service) = named.expect("a service").clone();
        for span in of.scope_spans.into_iter().flat_map(|scope| scope.spans) {
            all.push(Span {
                service: service.clone(),
                name: span.name,
                trace: hex(&span.trace_id),
                id: hex(&span.span_id),
                parent: hex(&span.parent_span_id),
                attributes: attributes(&span.attributes),
                is_error: span.status.is_some_and(|status| status.code == 2),
            });
        }
    }
    all
}

fn attributes(all: &[KeyValue]) -> Vec<(String, String)> {
    let text = |value: &Value| match value {
        Value::StringValue(text) => text.clone(),
        Value::IntValue(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    let of = |pair: &KeyValue| pair.value.as_ref()?.value.as_ref().map(text);
    all.iter()
        .map(|pair| (pair.key.clone(), of(pair).unwrap_or_default()))
        .collect()
}
