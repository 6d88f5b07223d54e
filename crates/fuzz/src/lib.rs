//! Fuzz bodies for everything that meets the network, and their corpus.
