//! What an operator wrote down of one site.

use serde::{Deserialize, Serialize};

/// Where on the pages of a site things stand, as CSS selectors; what is not given is looked for as on
/// any other page. Crosses to the parser processes: plain fields only.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteLayout {
    /// The elements of the text, in the order of the page.
    pub body: Vec<String>,
    /// Those in it that are none of it.
    pub remove: Vec<String>,
    /// The headline; the first that matches counts.
    pub title: Vec<String>,
    /// The day of publication; the first that matches counts.
    pub date: Vec<String>,
    /// IANA zone of times that are written without one.
    pub time_zone: Option<String>,
}
