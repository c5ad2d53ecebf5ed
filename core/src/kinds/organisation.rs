//! Grids, workers and canvass campaigns: what the office draws up and every phone of a community sees.

use crate::ids::{DocId, SpaceId};
use crate::record::{FieldType, Merge, record};
use std::collections::BTreeSet;

record! {
    /// A grid (网格): 300 to 500 households and those who look after them.
    pub struct Grid = "grid" ("网格", "Grid") kept Organisation {
        /// 12-digit area code and three digits, as imported.
        code: Option<String> = FieldType::Line, Merge::Auto, Public, "网格编码", "Code";
        /// What people call it.
        name: Option<String> = FieldType::Line, Merge::Auto, Public, "名称", "Name";
        /// Community it lies in.
        community: Option<String> = FieldType::Line, Merge::Auto, Public, "社区", "Community";
    }
}

record! {
    /// A grid worker (网格员).
    pub struct Worker = "worker" ("网格员", "Grid worker") kept Organisation {
        /// Full name.
        name: Option<String> = FieldType::Line, Merge::Auto, Internal, "姓名", "Name";
        /// Community the worker serves.
        community: Option<String> = FieldType::Line, Merge::Auto, Public, "社区", "Community";
        /// Codes of the grids whose households this worker may read and write.
        grids: BTreeSet<String> = FieldType::Set, Merge::Union, Internal, "网格", "Grids";
    }
}

record! {
    /// A canvass campaign (排查): every household asked once.
    pub struct Canvass = "canvass" ("排查", "Canvass") kept Organisation {
        /// What visits name it by.
        name: Option<String> = FieldType::Line, Merge::Auto, Internal, "名称", "Name";
        /// Moves forward only.
        state: Option<String> = FieldType::Choice(&["planned", "open", "closed"]), Merge::Furthest(&["planned", "open", "closed"]), Internal, "状态", "State";
    }
}

/// The space that every phone of a community follows: grids, workers, campaigns.
pub fn community_space(community: &str) -> SpaceId {
    SpaceId::derive(&[b"community", community.as_bytes()])
}

/// The space of one grid's households and visits.
pub fn grid_space(community: &str, code: &str) -> SpaceId {
    SpaceId::derive(&[b"grid", community.as_bytes(), code.as_bytes()])
}

/// The document of a grid.
pub fn grid_doc(community: &str, code: &str) -> DocId {
    DocId::derive(&[b"grid", community.as_bytes(), code.as_bytes()])
}

/// The document of a campaign.
pub fn canvass_doc(community: &str, name: &str) -> DocId {
    DocId::derive(&[b"canvass", community.as_bytes(), name.as_bytes()])
}
