//! Checks that keep the house in order.
