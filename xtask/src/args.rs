//! What the commands' arguments have in common.

/// True when the first arguments ask for help rather than for work.
pub(crate) fn wants_help(args: &[String]) -> bool {
    args.iter().any(|arg| arg == "--help" || arg == "-h")
}
