//! Operations and background tasks: build a change, commit it, wake what follows.
