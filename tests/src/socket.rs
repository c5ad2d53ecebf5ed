//! A stranger at the relay's door: raw bytes, whole or half websocket handshakes, frames of any size.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Any mask will do; the bytes behind it are rubbish anyway.
const MASK: [u8; 4] = [1, 2, 3, 4];

/// A connection that keeps to no rules but its own.
pub struct RawSocket(TcpStream);

impl RawSocket {
    /// Connects and says nothing.
    pub fn connect(address: &str) -> RawSocket {
        RawSocket(TcpStream::connect(address).expect("a connection"))
    }

    /// A connection whose beginning somebody else has made.
    pub(crate) fn of(stream: TcpStream) -> RawSocket {
        RawSocket(stream)
    }

    /// Connects from another address of this machine.
    pub fn connect_from(own: &str, address: &str) -> RawSocket {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let stream = runtime.block_on(async {
            let socket = tokio::net::TcpSocket::new_v4()?;
            socket.bind(std::net::SocketAddr::new(own.parse().expect("an address"), 0))?;
            socket.connect(address.parse().expect("host and port")).await?.into_std()
        });
        let stream: TcpStream = stream.expect("a connection");
        stream.set_nonblocking(false).expect("a socket that waits");
        RawSocket(stream)
    }

    /// Sends bytes until nobody takes more for a moment.
    pub fn fill(&mut self, mut bytes: &[u8]) {
        self.0.set_write_timeout(Some(Duration::from_millis(300))).expect("a timeout");
        while !bytes.is_empty() {
            match self.0.write(bytes) {
                Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
                Err(_) => break,
            }
        }
    }

    /// Waits, without reading, until the relay has given the connection up.
    pub fn gone_within(&mut self, time: Duration) {
        let deadline = Instant::now() + time;
        self.0.set_write_timeout(Some(Duration::from_millis(300))).expect("a timeout");
        loop {
            match self.0.write(b"G") {
                Err(error) if !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => return,
                Ok(_) | Err(_) => {
                    assert!(Instant::now() < deadline, "the relay kept the connection for {time:?}");
                }
            }
            // What is taken and what is not both come back at once; the relay's answer decides.
            let mut byte = [0];
            self.0.set_read_timeout(Some(Duration::from_millis(50))).expect("a timeout");
            let _ = self.0.peek(&mut byte);
        }
    }

    /// Sends bytes, if anybody still takes them.
    pub fn dribble(&mut self, bytes: &[u8]) -> bool {
        self.0.write_all(bytes).is_ok()
    }

    /// Connects and becomes a websocket, without a greeting.
    pub fn upgrade(address: &str) -> RawSocket {
        let mut socket = RawSocket::connect(address);
        socket.send_raw(
            b"GET /v1/sync HTTP/1.1\r\nHost: relay\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
              Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        );
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            socket.0.read_exact(&mut byte).expect("an answer");
            head.extend(byte);
        }
        assert!(head.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&head));
        socket
    }

    /// Sends bytes as they are.
    pub fn send_raw(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).expect("the bytes are on their way");
    }

    /// Sends a binary frame of at most 64 KiB.
    pub fn send_binary(&mut self, payload: &[u8]) {
        let length = u16::try_from(payload.len()).expect("a short frame");
        let mut frame = vec![0x82, 0x80 | 126];
        frame.extend(length.to_be_bytes());
        frame.extend(MASK);
        frame.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        self.send_raw(&frame);
    }

    /// Begins a binary frame of so many bytes and sends them until the relay takes no more.
    pub fn send_oversized(&mut self, bytes: usize) -> usize {
        let mut head = vec![0x82, 0x80 | 127];
        head.extend((bytes as u64).to_be_bytes());
        head.extend(MASK);
        self.send_raw(&head);
        let chunk = [0; 64 * 1024];
        let mut sent = 0;
        while sent < bytes {
            match self.0.write(&chunk) {
                Ok(count) => sent += count,
                Err(_) => break,
            }
        }
        assert!(sent < bytes, "the relay took a frame of {bytes} bytes");
        sent
    }

    /// Waits until the relay has closed the connection, reading what it says before.
    pub fn closed_within(&mut self, time: Duration) {
        let deadline = Instant::now() + time;
        let mut bytes = [0; 4096];
        loop {
            let left = deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
            self.0.set_read_timeout(Some(left)).expect("a timeout");
            match self.0.read(&mut bytes) {
                Ok(0) => return,
                Ok(_) => {}
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    panic!("the relay kept the connection for {time:?}")
                }
                Err(_) => return,
            }
        }
    }
}
