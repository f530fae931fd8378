//! Memory that host and device share.

use std::cell::RefCell;
use std::rc::Rc;

/// Words that host and device share without a copy where that is possible: the data set.
pub type SharedWords = Rc<RefCell<Vec<u32>>>;
