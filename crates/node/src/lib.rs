//! The application: commands in, acts and answers out.
