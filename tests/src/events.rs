//! What a page hears while it is open: the relay's server-sent events, and where to go on after a break.

use crate::lines::PATIENCE;
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::sync::mpsc::{Receiver, channel};
use std::time::Instant;

/// An open page.
pub struct Listener {
    news: Receiver<(Option<i64>, Value)>,
    last: Option<i64>,
}

impl Listener {
    pub(crate) fn open(url: &str, token: &str, after: Option<i64>) -> Listener {
        let http = crate::http::blocking().timeout(None).build();
        let mut request = http.expect("an HTTP client").get(format!("{url}/v1/events")).bearer_auth(token);
        if let Some(after) = after {
            request = request.header("last-event-id", after.to_string());
        }
        let response = request.send().expect("the relay answers");
        assert_eq!(response.status().as_u16(), 200, "events");
        let (send, news) = channel();
        std::thread::spawn(move || {
            let (mut id, mut data) = (None, None);
            for line in BufReader::new(response).lines() {
                let Ok(line) = line else { return };
                match line.split_once(':') {
                    Some(("id", text)) => id = text.trim().parse().ok(),
                    Some(("data", text)) => data = serde_json::from_str(text).ok(),
                    // A blank line ends an event.
                    None => {
                        if let Some(news) = data.take()
                            && send.send((id.take(), news)).is_err()
                        {
                            return;
                        }
                    }
                    _ => {}
                }
            }
        });
        Listener { news, last: None }
    }

    /// The id to resume after.
    pub fn last(&self) -> Option<i64> {
        self.last
    }

    /// The next, which comes before the deadline or fails the test; `None` when the connection has ended.
    pub fn before(&mut self, deadline: Instant) -> Option<Value> {
        let wait = deadline.saturating_duration_since(Instant::now());
        match self.news.recv_timeout(wait) {
            Ok((id, news)) => {
                self.last = id.or(self.last);
                Some(news)
            }
            Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => None,
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) => panic!("the page heard nothing in time"),
        }
    }

    /// The next.
    pub fn hear(&mut self) -> Value {
        self.before(Instant::now() + PATIENCE).expect("the page is still connected")
    }

    /// The first that is as wanted.
    pub fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let news = self.hear();
            if wanted(&news) {
                return news;
            }
        }
    }

    /// Everything until the connection ends.
    pub fn rest(mut self) -> (Vec<Value>, Option<i64>) {
        let mut all = Vec::new();
        while let Some(news) = self.before(Instant::now() + PATIENCE) {
            all.push(news);
        }
        (all, self.last)
    }
}
