//! What every store engine must do, as one suite run against each of them.
