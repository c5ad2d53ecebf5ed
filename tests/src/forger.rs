//! A phone in the wrong hands: enrolled, with a key of its own, and writing whatever frames it likes.

use crate::{RawSocket, Relay};
use linli_core::doc::ChangeBytes;
use linli_core::identity::{Batch, ChainEnd, DeviceKey, Entry, Payload, PublicKey, Sealer, Signature};
use linli_core::ids::{DeviceId, DocId, SpaceId};
use linli_core::kinds::DocKind;
use linli_core::sync::PING;
use linli_core::sync::frames::{
    Codec, Frame, Hello, PROOF_PURPOSE, Packed, VERSION, Welcome, challenge_message,
};
use serde_json::json;
use std::net::TcpStream;
use tokio_tungstenite::tungstenite::{self, Message, WebSocket, stream::MaybeTlsStream};

/// What a forger's batches say of the time.
const NOW_MS: i64 = 1_795_000_000_000;

/// An enrolled phone that keeps to no rule but the wire's.
pub struct Forger {
    key: DeviceKey,
    url: String,
    end: ChainEnd,
    relay_key: PublicKey,
}

/// Its connection, after an honest greeting.
pub struct Wire {
    socket: WebSocket<MaybeTlsStream<TcpStream>>,
    /// What the relay said it may follow.
    pub welcome: Welcome,
}

impl Forger {
    /// Enrols as the phone of a new worker with these grids.
    pub fn enrol(relay: &Relay, worker: &str, grids: &[String], seed: u8) -> Forger {
        let mut args = vec!["workers", "add", worker, "--grid"];
        args.extend(grids.iter().map(String::as_str));
        relay.office(&args);
        let code = relay.office_one(&["enrol-code", "--worker", worker]);
        Forger::enrol_with(relay, code["code"].as_str().expect("a code"), seed)
    }

    /// Enrols with a code.
    pub fn enrol_with(relay: &Relay, code: &str, seed: u8) -> Forger {
        let key = DeviceKey::from_seed(&[seed; 32]);
        let public: String = key.public().0.iter().map(|byte| format!("{byte:02x}")).collect();
        let wanted = json!({ "code": code, "public_key": public, "app": "forger" }).to_string();
        let answer = relay.web().stranger().ask("POST", "/v1/enrol", "zh", Some(wanted.as_bytes()));
        assert_eq!(answer.status, 200, "{answer:?}");
        let told = answer.json();
        let relay_key = told["relay_key"].as_str().expect("the relay's key").as_bytes().chunks(2);
        let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).expect("digits"), 16).expect("a byte");
        let url = sync_url(relay);
        let relay_key = PublicKey(relay_key.map(byte).collect());
        Forger { key, url, end: ChainEnd::start_of(1), relay_key }
    }

    /// Who it is.
    pub fn device(&self) -> DeviceId {
        self.key.device()
    }

    /// The relay's key.
    pub fn relay_key(&self) -> PublicKey {
        self.relay_key.clone()
    }

    /// Its key, to sign what no phone would.
    pub fn key(&self) -> &DeviceKey {
        &self.key
    }

    /// The next batch of its chain.
    pub fn seal(&mut self, space: SpaceId, entries: Vec<Entry>) -> Batch {
        let mut sealer = Sealer { key: &self.key, policy: 0, now_ms: NOW_MS, end: self.end };
        let batch = sealer.seal(space, entries);
        self.end = sealer.end;
        batch
    }

    /// Connects and proves who it is.
    pub fn connect(&self) -> Wire {
        self.connect_having(None)
    }

    /// The same as a phone that knows how to answer when it is asked for changes.
    pub fn connect_answering(&self) -> Wire {
        let hello = Said { answers: Some(true), ..Said::default() };
        greet(&self.url, self.device(), hello, &|purpose, message| self.key.sign(purpose, message))
    }

    /// The same, saying which statement of its grants it has seen.
    pub fn connect_having(&self, seen: Option<u64>) -> Wire {
        let hello = Said { seen, ..Said::default() };
        greet(&self.url, self.device(), hello, &|purpose, message| self.key.sign(purpose, message))
    }

    /// Connects as a phone that signs in some other way.
    pub fn connect_as(relay: &Relay, device: DeviceId, sign: &dyn Fn(&str, &[u8]) -> Signature) -> Wire {
        greet(&sync_url(relay), device, Said::default(), sign)
    }
}

impl Wire {
    /// The space of a grid.
    pub fn space_of(&self, grid: &str) -> SpaceId {
        let granted = self.welcome.grants.iter().find(|grant| grant.name == grid);
        granted.expect("the grid is granted").space
    }

    /// The same connection, byte for byte.
    pub fn raw(&self) -> RawSocket {
        let MaybeTlsStream::Plain(stream) = self.socket.get_ref() else { unreachable!("no TLS here") };
        RawSocket::of(stream.try_clone().expect("another handle"))
    }

    /// Pushes batches; what the relay says to them, a goodbye included.
    pub fn push(&mut self, batches: &[Batch]) -> Vec<Frame> {
        self.say(&push(batches))
    }

    /// Sends any bytes as a frame; everything the relay says to them.
    pub fn say(&mut self, frame: &[u8]) -> Vec<Frame> {
        send(&mut self.socket, frame);
        // Answered in order, so whatever the frame brought about comes before the answer to this.
        let _ = self.socket.send(Message::text(PING));
        let mut said = Vec::new();
        while let Some(frame) = read(&mut self.socket) {
            said.push(frame);
        }
        said
    }

    /// Pushes batches and waits until the relay says something of this kind, whatever else it says before.
    pub fn push_until(&mut self, batches: &[Batch], meant: impl Fn(&Frame) -> bool) -> Frame {
        send(&mut self.socket, &push(batches));
        loop {
            let frame = read(&mut self.socket).expect("the relay says it");
            if meant(&frame) {
                return frame;
            }
        }
    }

    /// Asks so many times for a sign of life, and waits for as many.
    pub fn echo(&mut self, times: usize) {
        for _ in 0..times {
            self.socket.send(Message::text(PING)).expect("the relay listens");
        }
        for _ in 0..times {
            while !self.socket.read().expect("an answer").is_text() {}
        }
    }

    /// Pushes batches that the relay must acknowledge and say nothing else to.
    pub fn push_durably(&mut self, batches: &[Batch]) {
        let said = self.push(batches);
        assert!(matches!(said.as_slice(), [Frame::Ack(_)]), "{said:?}");
    }

    /// The code with which the relay refuses these batches.
    pub fn refusal_of(&mut self, batches: &[Batch]) -> String {
        match self.push(batches).pop() {
            Some(Frame::Refused(refused)) => refused.code,
            other => panic!("not refused: {other:?}"),
        }
    }
}

/// A frame that pushes these batches, not compressed.
pub fn push(batches: &[Batch]) -> Vec<u8> {
    let bytes = minicbor::to_vec(batches).expect("batches can be written");
    Frame::Push(Packed { codec: Codec::Plain, bytes }).to_bytes()
}

/// A change as an entry of a batch.
pub fn entry(doc: DocId, kind: DocKind, change: ChangeBytes) -> Entry {
    Entry { doc, kind, generation: 0, payload: Payload::Change(change.0) }
}

fn send(socket: &mut WebSocket<MaybeTlsStream<TcpStream>>, bytes: &[u8]) {
    socket.send(Message::binary(bytes.to_vec())).expect("the relay listens");
}

/// The next frame; nothing at the answer to a ping, or when the relay has closed.
fn read(socket: &mut WebSocket<MaybeTlsStream<TcpStream>>) -> Option<Frame> {
    loop {
        match socket.read() {
            Ok(Message::Binary(bytes)) => return Some(Frame::from_bytes(&bytes).expect("a frame")),
            Ok(Message::Text(_) | Message::Close(_)) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}

/// What a phone says of itself that others leave out.
#[derive(Default)]
struct Said {
    seen: Option<u64>,
    answers: Option<bool>,
}

fn greet(url: &str, device: DeviceId, said: Said, sign: &dyn Fn(&str, &[u8]) -> Signature) -> Wire {
    let (mut socket, _) = tungstenite::connect(url).expect("a websocket");
    let hello = Hello {
        version: VERSION,
        app: "forger".into(),
        device,
        now_ms: NOW_MS,
        english: true,
        unsent: None,
        chain: None,
        seen: said.seen,
        answers: said.answers,
    };
    send(&mut socket, &Frame::Hello(hello).to_bytes());
    let Some(Frame::Challenge(challenge)) = read(&mut socket) else { panic!("no challenge") };
    let message = challenge_message(&challenge.nonce, &challenge.relay, device);
    send(&mut socket, &Frame::Proof(sign(PROOF_PURPOSE, &message)).to_bytes());
    let Some(Frame::Welcome(welcome)) = read(&mut socket) else { panic!("no welcome") };
    Wire { socket, welcome }
}

fn sync_url(relay: &Relay) -> String {
    relay.url().replacen("http", "ws", 1) + "/v1/sync"
}
