//! Finding a household by anything a person remembers of it. Pure and in memory; the same on phone and relay.
