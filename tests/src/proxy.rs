//! A bad network between a phone and the relay. Faults are counted in frames, not in time, so that the same
//! faults happen at the same places on every machine.

use std::collections::VecDeque;
use std::io::{BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

/// Which way frames go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the phone to the relay.
    ToRelay,
    /// From the relay to the phone.
    ToPhone,
}

/// What happens to one websocket connection. Frames are counted from 1 in their direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// The connection breaks instead of carrying this frame.
    Cut(Direction, u64),
    /// The connection breaks within this frame, after so many bytes of it.
    Tear(Direction, u64, usize),
    /// This frame and all after it arrive so many times.
    Repeat(Direction, u64, u32),
    /// This frame arrives with other bytes.
    Garble(Direction, u64),
    /// This frame and all after it vanish, and the connection stays.
    Swallow(Direction, u64),
}

/// The longest frame head: two bytes, eight of length, four of mask.
const HEAD_BYTES_MAX: usize = 14;
/// Opcode of binary frames.
const BINARY: u8 = 2;

/// A proxy in front of a relay. Each websocket connection meets the next fault of the list; when the list
/// is empty the network is good again.
pub struct Proxy {
    address: String,
    shared: Arc<Shared>,
}

struct Shared {
    upstream: String,
    faults: Mutex<VecDeque<Fault>>,
    met: Mutex<Vec<Fault>>,
}

impl Proxy {
    /// A proxy in front of this address.
    pub fn before(upstream: &str) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port for the proxy");
        let address = listener.local_addr().expect("its address").to_string();
        let shared = Arc::new(Shared {
            upstream: upstream.to_owned(),
            faults: Mutex::default(),
            met: Mutex::default(),
        });
        let accepting = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&accepting);
                std::thread::spawn(move || shared.carry(stream));
            }
        });
        Proxy { address, shared }
    }

    /// Where phones reach the relay through it.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What the next connections meet.
    pub fn expect(&self, faults: impl IntoIterator<Item = Fault>) {
        locked(&self.shared.faults).extend(faults);
    }

    /// Faults that really happened, so that a test knows that it tested something.
    pub fn met(&self) -> Vec<Fault> {
        locked(&self.shared.met).clone()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn carry(self: Arc<Shared>, phone: TcpStream) {
        let Ok(relay) = TcpStream::connect(&self.upstream) else {
            let _ = phone.shutdown(Shutdown::Both);
            return;
        };
        let _ = (phone.set_nodelay(true), relay.set_nodelay(true));
        let (Ok(phone_in), Ok(relay_in)) = (phone.try_clone(), relay.try_clone()) else { return };
        let mut from_phone = BufReader::new(phone_in);
        let Some(head) = http_head(&mut from_phone) else { return };
        let upgrade = String::from_utf8_lossy(&head).to_lowercase().contains("upgrade: websocket");
        let fault = if upgrade { locked(&self.faults).pop_front() } else { None };
        let fault = fault.unwrap_or(Fault::None);
        let wire = Wire { shared: self, fault, frames: upgrade, ends: [phone, relay] };
        let wire = Arc::new(wire);
        if (&wire.ends[1]).write_all(&head).is_err() {
            return wire.close();
        }
        let back = Arc::clone(&wire);
        std::thread::spawn(move || {
            let mut from_relay = BufReader::new(relay_in);
            let Some(head) = http_head(&mut from_relay) else { return back.close() };
            if (&back.ends[0]).write_all(&head).is_ok() {
                back.pump(from_relay, &back.ends[0], Direction::ToPhone);
            }
            back.close();
        });
        wire.pump(from_phone, &wire.ends[1], Direction::ToRelay);
        wire.close();
    }
}

/// Request or response head, up to and with its blank line.
fn http_head(from: &mut impl Read) -> Option<Vec<u8>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        from.read_exact(&mut byte).ok()?;
        head.extend(byte);
    }
    Some(head)
}

/// One connection: the phone's end and the relay's.
struct Wire {
    shared: Arc<Shared>,
    fault: Fault,
    frames: bool,
    ends: [TcpStream; 2],
}

impl Wire {
    fn close(&self) {
        for end in &self.ends {
            let _ = end.shutdown(Shutdown::Both);
        }
    }

    fn pump(&self, mut from: impl Read, mut to: &TcpStream, direction: Direction) {
        if !self.frames {
            let _ = std::io::copy(&mut from, &mut to);
            return;
        }
        let mut count = 0;
        let mut last = Fault::None;
        while let Some(mut frame) = read_frame(&mut from) {
            count += u64::from(frame.binary);
            let fault = match last {
                // Signs of life vanish with everything else.
                Fault::Swallow(..) => last,
                _ if frame.binary => self.met(direction, count),
                _ => Fault::None,
            };
            last = fault;
            let times = match fault {
                Fault::None => 1,
                Fault::Cut(..) => return,
                Fault::Tear(_, _, bytes) => {
                    let _ = to.write_all(frame.bytes.get(..bytes).unwrap_or(&frame.bytes));
                    return;
                }
                Fault::Repeat(_, _, times) => times,
                Fault::Garble(..) => {
                    frame.payload_mut().iter_mut().for_each(|byte| *byte ^= 0x5a);
                    1
                }
                Fault::Swallow(..) => 0,
            };
            for _ in 0..times {
                if to.write_all(&frame.bytes).is_err() {
                    return;
                }
            }
        }
    }

    /// The fault that befalls a frame; noted when it is the first time.
    fn met(&self, direction: Direction, count: u64) -> Fault {
        let (way, at, lasts) = match self.fault {
            Fault::None => return Fault::None,
            Fault::Cut(way, at) | Fault::Tear(way, at, _) | Fault::Garble(way, at) => (way, at, false),
            Fault::Repeat(way, at, _) | Fault::Swallow(way, at) => (way, at, true),
        };
        if way != direction || count < at || (count > at && !lasts) {
            return Fault::None;
        }
        if count == at {
            locked(&self.shared.met).push(self.fault);
        }
        self.fault
    }
}

struct WireFrame {
    bytes: Vec<u8>,
    payload_at: usize,
    binary: bool,
}

impl WireFrame {
    fn payload_mut(&mut self) -> &mut [u8] {
        self.bytes.get_mut(self.payload_at..).unwrap_or_default()
    }
}

/// A websocket frame as it is on the wire (RFC 6455, 5.2).
fn read_frame(from: &mut impl Read) -> Option<WireFrame> {
    let mut bytes = Vec::with_capacity(HEAD_BYTES_MAX);
    let mut take = |count: usize| -> Option<Vec<u8>> {
        let mut part = vec![0; count];
        from.read_exact(&mut part).ok()?;
        bytes.extend(&part);
        Some(part)
    };
    let start = take(2)?;
    let [first, second] = *start.as_slice() else { return None };
    let number = |part: Vec<u8>| part.iter().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
    let length = match second & 0x7f {
        126 => number(take(2)?),
        127 => number(take(8)?),
        short => u64::from(short),
    };
    if second & 0x80 != 0 {
        take(4)?;
    }
    take(usize::try_from(length).ok()?)?;
    let payload_at = bytes.len() - usize::try_from(length).ok()?;
    Some(WireFrame { bytes, payload_at, binary: first & 0x0f == BINARY })
}
