//! How pipes and bridges are called.

use std::sync::Arc;

/// An id minted by the control plane: of a pipe or of a bridge.
pub type Name = Arc<str>;
