//! Areas, stations and the routing of a place to the people who answer for it.
