//! What centre, edge and command line say to each other: messages and the client.
