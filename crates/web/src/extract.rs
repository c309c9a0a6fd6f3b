//! From a request to what a handler needs: who asks, in which language, what was typed.

mod context;
mod device;
mod fields;
mod paced;
mod page;
mod post;

pub(crate) use context::{Context, CookieKind};
pub(crate) use fields::{Fields, clean};
pub(crate) use page::{AccountPage, PublicPage, StaffPage, escape_query};
pub(crate) use post::{
    FormPost, LookPost, PhotoPost, ProgramPost, Sender, Upload, collect, has_type, read_multipart,
    read_multipart_of_program, require_own_page,
};
