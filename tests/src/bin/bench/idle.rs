//! Bare connections that speak the phone's end of the protocol: to hand in prepared batches, and to be idle.

use crate::community::Community;
use crate::measure::{Report, kilobytes, memory};
use futures_util::{SinkExt as _, StreamExt as _};
use linli_core::identity::{Batch, DeviceKey};
use linli_core::sync::device::{Ask, Device, Status};
use linli_core::sync::frames::{Codec, Frame, PROOF_PURPOSE, Packed};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// How many phones wait.
const PHONES: u64 = 1_000;

/// A connection after its welcome.
pub(crate) struct Link(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Link {
    pub(crate) async fn connect(community: &Community, key: &DeviceKey) -> Link {
        let url = format!("ws://{}/v1/sync", community.relay.address());
        let (socket, _) = connect_async(url).await.expect("the relay takes connections");
        let mut link = Link(socket);
        let relay = relay_key(community);
        let now_ms = 1_795_000_000_000;
        let (mut device, mut asks) =
            Device::connect(key.device(), relay, "bench".into(), false, now_ms, Status::default());
        loop {
            for ask in std::mem::take(&mut asks) {
                match ask {
                    Ask::Send(frame) => link.send(&frame).await,
                    Ask::SignProof(message) => {
                        asks.extend(device.on_signed(key.sign(PROOF_PURPOSE, &message)));
                    }
                    Ask::StoreWelcome(..) => return link,
                    other => panic!("unexpected: {other:?}"),
                }
            }
            if asks.is_empty() {
                asks = device.on_frame(link.receive().await);
            }
        }
    }

    /// Hands batches in and waits until the last of them is durable.
    pub(crate) async fn push(&mut self, batches: &[Batch]) {
        let bytes = minicbor::to_vec(batches.to_vec()).expect("batches can be written");
        self.send(&Frame::Push(Packed { codec: Codec::Plain, bytes })).await;
        match self.receive().await {
            Frame::Ack(_) => {}
            other => panic!("not acknowledged: {other:?}"),
        }
    }

    async fn send(&mut self, frame: &Frame) {
        self.0.send(Message::Binary(frame.to_bytes().into())).await.expect("the relay listens");
    }

    async fn receive(&mut self) -> Frame {
        loop {
            let message = self.0.next().await.expect("the relay answers").expect("a whole message");
            if let Message::Binary(bytes) = message {
                return Frame::from_bytes(&bytes).expect("a frame");
            }
        }
    }
}

fn relay_key(community: &Community) -> linli_core::identity::PublicKey {
    let seed = std::fs::read(community.relay.data().join("office.key")).expect("the relay's key");
    DeviceKey::from_seed(seed.as_slice().try_into().expect("32 bytes")).public()
}

/// What the relay's memory grows by for each phone that is connected and quiet.
pub(crate) async fn thousand_idle_phones(community: &mut Community, report: &mut Report) {
    // A relay that has just started has no memory to spare from earlier work, which would hide the phones'.
    community.relay.stop();
    community.relay.start_again();
    let first = DeviceKey::from_seed(&[9; 32]);
    community.enrol("值守", &first).await;
    // Each with a key of its own: the relay keeps only so many connections of one phone.
    let mut keys = Vec::new();
    for number in 0..PHONES {
        let mut seed = [10; 32];
        seed[..8].copy_from_slice(&number.to_be_bytes());
        let key = DeviceKey::from_seed(&seed);
        community.let_in("值守", &key).await;
        keys.push(key);
    }
    // One connection first, so that what the relay needs once is not counted as the phones'.
    let mut links = vec![Link::connect(community, &first).await];
    let before = memory(community.relay.process(), "VmRSS");
    for key in &keys {
        links.push(Link::connect(community, key).await);
    }
    let after = memory(community.relay.process(), "VmRSS");
    report.goal(
        "relay memory for each idle phone",
        kilobytes(after.saturating_sub(before) / PHONES),
        "kB",
        40.0,
    );
    drop(links);
}
