//! Emergencies (突发事件). What is asked because of one serves it alone and is destroyed when it is over
//! (突发事件应对法 article 85), so every campaign that is opened for one says so.

use crate::record::{FieldType, Merge, record};

record! {
    /// An emergency (突发事件), as the office opened it. Only the office writes it.
    pub struct Emergency = "emergency" ("突发事件", "Emergency") kept Organisation {
        /// What it is called.
        name: Option<String> = FieldType::Line, Merge::Auto, Public, "名称", "Name";
        /// The community that it is in.
        community: Option<String> = FieldType::Line, Merge::Auto, Public, "社区", "Community";
        /// By whose decision, as workers tell it at the door.
        basis: Option<String> = FieldType::Line, Merge::Auto, Public, "依据", "Basis";
        /// Moves forward only: what was destroyed does not come back.
        state: Option<String> = FieldType::Choice(&Emergency::STATES), Merge::Furthest(&Emergency::STATES), Internal, "状态", "State";
        /// The day on which it was opened.
        from: Option<String> = FieldType::Date, Merge::Auto, Public, "开始日期", "From";
        /// The day on which it was closed.
        to: Option<String> = FieldType::Date, Merge::Auto, Public, "结束日期", "To";
        /// Id of the account that closed it.
        closed_by: Option<String> = FieldType::Line, Merge::Auto, Internal, "结束人", "Closed by";
    }
}

impl Emergency {
    /// The state of one that is going on.
    pub const OPEN: &'static str = "open";
    /// The state of one that is over: its records are destroyed.
    pub const CLOSED: &'static str = "closed";
    const STATES: [&'static str; 2] = [Emergency::OPEN, Emergency::CLOSED];

    /// Whether records may still be made for it. A state of a newer program's is none that this one may add to.
    pub fn is_open(&self) -> bool {
        self.state.as_deref() == Some(Emergency::OPEN)
    }

    /// Whether its records must go.
    pub fn is_closed(&self) -> bool {
        self.state.as_deref() == Some(Emergency::CLOSED)
    }
}
