//! A wire that counts the bytes it carries.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts in both directions, over all connections.
pub(crate) struct Meter {
    address: String,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    sent: AtomicU64,
    received: AtomicU64,
}

impl Meter {
    /// In front of this address.
    pub(crate) fn before(upstream: &str) -> Meter {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its address").to_string();
        let counts = Arc::new(Counts::default());
        let (counted, upstream) = (Arc::clone(&counts), upstream.to_owned());
        std::thread::spawn(move || {
            for phone in listener.incoming().flatten() {
                let relay = TcpStream::connect(&upstream).expect("the relay takes connections");
                let (phone_too, relay_too) = (copy_of(&phone), copy_of(&relay));
                let (up, down) = (Arc::clone(&counted), Arc::clone(&counted));
                std::thread::spawn(move || carry(phone, relay, &up.sent));
                std::thread::spawn(move || carry(relay_too, phone_too, &down.received));
            }
        });
        Meter { address, counts }
    }

    /// Where a phone reaches the relay through it.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Bytes from phones.
    pub(crate) fn sent(&self) -> u64 {
        self.counts.sent.load(Ordering::SeqCst)
    }

    /// Bytes to phones.
    pub(crate) fn received(&self) -> u64 {
        self.counts.received.load(Ordering::SeqCst)
    }
}

fn copy_of(stream: &TcpStream) -> TcpStream {
    let _ = stream.set_nodelay(true);
    stream.try_clone().expect("a second handle")
}

fn carry(mut from: TcpStream, mut to: TcpStream, count: &AtomicU64) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length) = from.read(&mut buffer) {
        let some = buffer.get(..length).unwrap_or_default();
        count.fetch_add(some.len() as u64, Ordering::SeqCst);
        if some.is_empty() || to.write_all(some).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
