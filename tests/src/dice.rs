//! Seeded chance: the same seed throws the same numbers on every machine.

/// A small generator (splitmix64): tests need spread, not secrecy.
pub struct Dice(u64);

impl Dice {
    /// Dice that will be thrown alike for this seed; the seed is printed, so that a failure can be repeated.
    pub fn seeded(what: &str, seed: u64) -> Dice {
        println!("{what}: seed {seed}");
        Dice(seed)
    }

    /// The next number, any of all there are.
    pub fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.throw() % end.max(1)
    }

    /// One of these.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        let index = usize::try_from(self.below(items.len() as u64)).unwrap_or(0);
        items.get(index).expect("nothing to pick from")
    }
}
