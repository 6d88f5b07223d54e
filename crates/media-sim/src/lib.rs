//! Pairs of real peers on a fake network with a fake clock.
