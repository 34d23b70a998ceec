//! What a running session offers to others on this machine: the control socket, health and metrics.
