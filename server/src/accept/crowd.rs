//! How many connections there are, and how many of them are strangers' yet. A connection is a stranger's until a
//! phone has proven itself on it or somebody known has asked something; strangers are few, so that they cannot
//! take the places of those who are known.

use crate::access::throttle::network;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Three phones for each worker of the largest community; an idle one costs less than 50 KiB.
pub(crate) const CONNECTIONS_MAX: usize = 16_384;
/// Places for those who have not said who they are: a storm of phones after a power cut passes in seconds.
pub(crate) const STRANGERS_MAX: usize = 4_096;
/// The same for one address (one /64 of IPv6): a community's phones behind one router.
pub(crate) const STRANGERS_OF_ADDRESS_MAX: usize = 1_024;

/// Everybody who is connected.
#[derive(Default)]
pub(crate) struct Crowd(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    connections: usize,
    strangers: usize,
    of_address: HashMap<IpAddr, usize>,
}

/// A connection's place; given back when the last clone is dropped.
#[derive(Clone)]
pub(crate) struct Place(Arc<Held>);

struct Held {
    crowd: Arc<Crowd>,
    /// Nothing for a proxy, which stands for many.
    address: Option<IpAddr>,
    stranger: AtomicBool,
}

impl Crowd {
    /// A place for a connection from an address, if there is one.
    pub(super) fn admit(self: &Arc<Crowd>, address: Option<IpAddr>) -> Option<Place> {
        let address = address.map(network);
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let here = address.and_then(|address| counts.of_address.get(&address)).copied().unwrap_or(0);
        let full = counts.connections >= CONNECTIONS_MAX
            || counts.strangers >= STRANGERS_MAX
            || here >= STRANGERS_OF_ADDRESS_MAX;
        if full {
            return None;
        }
        counts.connections += 1;
        counts.strangers += 1;
        if let Some(address) = address {
            *counts.of_address.entry(address).or_default() += 1;
        }
        drop(counts);
        let crowd = Arc::clone(self);
        Some(Place(Arc::new(Held { crowd, address, stranger: AtomicBool::new(true) })))
    }
}

impl Counts {
    fn no_stranger(&mut self, address: Option<IpAddr>) {
        self.strangers = self.strangers.saturating_sub(1);
        let Some(address) = address else { return };
        if let Some(count) = self.of_address.get_mut(&address) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.of_address.remove(&address);
            }
        }
    }
}

impl Place {
    /// Whoever is connected is no stranger any more.
    pub(crate) fn known(&self) {
        if self.0.stranger.swap(false, Ordering::Relaxed) {
            let mut counts = self.0.crowd.0.lock().unwrap_or_else(PoisonError::into_inner);
            counts.no_stranger(self.0.address);
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut counts = self.crowd.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.connections = counts.connections.saturating_sub(1);
        if *self.stranger.get_mut() {
            counts.no_stranger(self.address);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(a: u8, b: u8) -> Option<IpAddr> {
        Some(IpAddr::from([10, 0, a, b]))
    }

    #[test]
    fn one_address_fills_its_own_places_only_and_gives_them_back() {
        let crowd = Arc::new(Crowd::default());
        let mut held: Vec<Place> =
            (0..STRANGERS_OF_ADDRESS_MAX).filter_map(|_| crowd.admit(address(0, 1))).collect();
        assert_eq!(held.len(), STRANGERS_OF_ADDRESS_MAX);
        assert!(crowd.admit(address(0, 1)).is_none(), "no place is left there");
        assert!(crowd.admit(address(0, 2)).is_some(), "others come in");
        assert!(crowd.admit(None).is_some(), "as does a proxy");
        held.iter().for_each(Place::known);
        held.iter().for_each(Place::known);
        held.extend((0..STRANGERS_OF_ADDRESS_MAX).filter_map(|_| crowd.admit(address(0, 1))));
        assert_eq!(held.len(), 2 * STRANGERS_OF_ADDRESS_MAX, "who is known takes no stranger's place");
        drop(held);
        let counts = crowd.0.lock().unwrap();
        assert_eq!((counts.connections, counts.strangers, counts.of_address.len()), (0, 0, 0));
    }

    #[test]
    fn strangers_leave_places_for_those_who_are_known() {
        let crowd = Arc::new(Crowd::default());
        let admit = |n: usize| crowd.admit(address((n % 200) as u8, (n / 200 % 200) as u8));
        let strangers: Vec<Place> = (0..).map_while(admit).collect();
        assert_eq!(strangers.len(), STRANGERS_MAX);
        let mut all = strangers;
        loop {
            all.iter().for_each(Place::known);
            let more: Vec<Place> = (0..).map_while(admit).collect();
            if more.is_empty() {
                break;
            }
            all.extend(more);
        }
        assert_eq!(all.len(), CONNECTIONS_MAX);
    }
}
