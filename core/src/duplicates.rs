//! Households that may be one: which pairs to compare, how alike they are, and how they become one and
//! two again.
//!
//! A merge only adds changes. Both ids live on: the absorbed household points at its survivor, the
//! survivor notes what it took over, and what is edited later under the old id follows to the survivor.

mod merge;
mod score;

pub use merge::{
    ChoiceError, Choices, Difference, MergeChange, MergeWord, Side, differences, follow_late_edit,
    plan_merge, plan_unmerge, twins,
};
pub use score::{BLOCK_MAX, Likeness, Reason, blocking_keys, compare};
