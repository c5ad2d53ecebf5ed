//! Who of the office may do what: roles, actions, and one pure answer. Knows no session, route or password.
//!
//! Deny by default: a role has exactly the actions that are written down for it here.

pub mod phones;

use std::fmt;
use std::str::FromStr;

/// What somebody is in the office.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// 管理员: everything, accounts included.
    Admin,
    /// 社区干部: the daily work.
    Office,
    /// 督导: reads all, exports, looks at the audit; changes nothing.
    Supervisor,
    /// 只读: reads.
    ReadOnly,
}

impl Role {
    /// All of them.
    pub const ALL: [Role; 4] = [Role::Admin, Role::Office, Role::Supervisor, Role::ReadOnly];

    /// The stable word, as stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Role::Admin => "admin",
            Role::Office => "office",
            Role::Supervisor => "supervisor",
            Role::ReadOnly => "readonly",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Text that is no role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the role is one of admin, office, supervisor, readonly")]
pub struct RoleError;

impl crate::error::Coded for RoleError {
    fn code(&self) -> &'static str {
        "user.bad_role"
    }
    fn zh(&self) -> String {
        "角色只能是 admin(管理员)、office(社区干部)、supervisor(督导)或 readonly(只读)".into()
    }
}

impl FromStr for Role {
    type Err = RoleError;
    fn from_str(text: &str) -> Result<Role, RoleError> {
        Role::ALL.into_iter().find(|role| role.word() == text).ok_or(RoleError)
    }
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident $word:literal: $who:ident, $fresh:ident;)*) => {
        /// Something that a request does. Every route of the API declares exactly one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Action {
            $($(#[$doc])* $name,)*
        }

        impl Action {
            /// All of them.
            pub const ALL: &[Action] = &[$(Action::$name),*];

            /// The stable word: in the audit, in the API's description, in what a session says it can do.
            pub fn word(self) -> &'static str {
                match self { $(Action::$name => $word,)* }
            }

            /// Who may.
            fn who(self) -> Who {
                match self { $(Action::$name => Who::$who,)* }
            }

            /// Whether a person must have given the password a moment ago.
            pub fn needs_confirmation(self) -> bool {
                match self { $(Action::$name => Fresh::$fresh == Fresh::Confirmed,)* }
            }
        }
    };
}

/// Columns of the table below.
#[derive(PartialEq, Eq)]
enum Who {
    /// Whoever reaches the relay.
    Anyone,
    /// Whoever is signed in.
    Everyone,
    /// Admin, office and supervisor.
    Seniors,
    /// Admin and supervisor.
    Overseers,
    /// Admin and office.
    Staff,
    /// Admin.
    Admins,
}

#[derive(PartialEq, Eq)]
enum Fresh {
    Session,
    Confirmed,
}

actions! {
    /// Ask who one is.
    Hello "hello": Anyone, Session;
    /// Make the first account.
    Setup "setup": Anyone, Session;
    /// Sign in.
    SignIn "sign_in": Anyone, Session;
    /// A phone enrols with its one-time code.
    EnrolPhone "enrol_phone": Anyone, Session;
    /// Sign out.
    SignOut "sign_out": Everyone, Session;
    /// Give one's password again before something delicate.
    Confirm "confirm": Everyone, Session;
    /// Change one's own password.
    ChangePassword "change_password": Everyone, Session;
    /// Add or remove a passkey of one's own.
    Passkeys "passkeys": Everyone, Confirmed;
    /// Tell the operator what is wrong, or that its notice was read.
    SpeakUp "speak_up": Everyone, Session;
    /// See one's own sessions; an admin sees everybody's.
    ReadSessions "read_sessions": Everyone, Session;
    /// End one of them.
    EndSession "end_session": Everyone, Session;
    /// See households, visits, grids, workers, phones, conflicts, progress.
    Read "read": Everyone, Session;
    /// Be told what changes, while a page is open.
    Follow "follow": Everyone, Session;
    /// Import a roster, or take an import back.
    Import "import": Staff, Session;
    /// Change a household, a resident or a need from the office.
    Edit "edit": Staff, Session;
    /// Draw grids.
    Grids "grids": Staff, Session;
    /// Add workers and give them grids.
    People "people": Staff, Session;
    /// Make a code that lets a phone in.
    EnrolCode "enrol_code": Staff, Confirmed;
    /// Confirm, suspend or revoke a phone.
    Phones "phones": Staff, Session;
    /// Start, change or end a campaign.
    Campaigns "campaigns": Staff, Session;
    /// Decide a conflict.
    Resolve "resolve": Staff, Session;
    /// Make two households one, or two again.
    Merge "merge": Staff, Session;
    /// Write, replace or withdraw a directive.
    Directives "directives": Staff, Session;
    /// Keep a view of the ledgers.
    Views "views": Seniors, Session;
    /// Take records out of the system as a file.
    Export "export": Seniors, Confirmed;
    /// See the audit.
    Audit "audit": Overseers, Session;
    /// Take the audit out as a file.
    ExportAudit "export_audit": Overseers, Confirmed;
    /// Destroy the records of a household, a person or an emergency.
    Erase "erase": Admins, Confirmed;
    /// See the accounts.
    ReadUsers "read_users": Admins, Session;
    /// Add or change accounts.
    Users "users": Admins, Confirmed;
    /// Change what holds for the whole community.
    Settings "settings": Admins, Session;
}

impl Action {
    /// Whether nobody needs to be signed in for it.
    pub fn is_open(self) -> bool {
        self.who() == Who::Anyone
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Whether somebody with this role may do this.
pub fn may(role: Role, action: Action) -> bool {
    let allowed: &[Role] = match action.who() {
        Who::Anyone | Who::Everyone => &Role::ALL,
        Who::Seniors => &[Role::Admin, Role::Office, Role::Supervisor],
        Who::Overseers => &[Role::Admin, Role::Supervisor],
        Who::Staff => &[Role::Admin, Role::Office],
        Who::Admins => &[Role::Admin],
    };
    allowed.contains(&role)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// The whole matrix, written out a second time: a slip in the table above shows here.
    const MATRIX: &str = "
        hello           admin office supervisor readonly
        setup           admin office supervisor readonly
        sign_in         admin office supervisor readonly
        enrol_phone     admin office supervisor readonly
        sign_out        admin office supervisor readonly
        confirm         admin office supervisor readonly
        change_password admin office supervisor readonly
        passkeys        admin office supervisor readonly
        speak_up        admin office supervisor readonly
        read_sessions   admin office supervisor readonly
        end_session     admin office supervisor readonly
        read            admin office supervisor readonly
        follow          admin office supervisor readonly
        import          admin office
        edit            admin office
        grids           admin office
        people          admin office
        enrol_code      admin office
        phones          admin office
        campaigns       admin office
        resolve         admin office
        merge           admin office
        directives      admin office
        views           admin office supervisor
        export          admin office supervisor
        audit           admin supervisor
        export_audit    admin supervisor
        erase           admin
        read_users      admin
        users           admin
        settings        admin
    ";

    #[test]
    fn every_role_may_exactly_what_is_written_for_it() {
        let mut seen = BTreeSet::new();
        for line in MATRIX.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let mut words = line.split_whitespace();
            let word = words.next().unwrap();
            let action = *Action::ALL.iter().find(|action| action.word() == word).unwrap();
            let roles: Vec<Role> = words.map(|word| word.parse().unwrap()).collect();
            for role in Role::ALL {
                assert_eq!(may(role, action), roles.contains(&role), "{role} {action}");
            }
            assert!(seen.insert(action), "{action} is written twice");
        }
        assert_eq!(seen.len(), Action::ALL.len(), "every action is written down");
    }

    #[test]
    fn what_is_delicate_needs_the_password_again() {
        let delicate: Vec<&str> = Action::ALL
            .iter()
            .filter(|action| action.needs_confirmation())
            .map(|action| action.word())
            .collect();
        assert_eq!(delicate, ["passkeys", "enrol_code", "export", "export_audit", "erase", "users"]);
        let open: Vec<&str> =
            Action::ALL.iter().filter(|action| action.is_open()).map(|action| action.word()).collect();
        assert_eq!(open, ["hello", "setup", "sign_in", "enrol_phone"]);
    }

    #[test]
    fn words_are_read_back() {
        for role in Role::ALL {
            assert_eq!(role.word().parse(), Ok(role));
        }
        assert_eq!("root".parse::<Role>(), Err(RoleError));
        let words: BTreeSet<&str> = Action::ALL.iter().map(|action| action.word()).collect();
        assert_eq!(words.len(), Action::ALL.len());
    }
}
