//! What hears what happens in the program.

use tracing_subscriber::{Layer, registry::Registry};

pub(super) type Listener = Box<dyn Layer<Registry> + Send + Sync>;
