"""The limited child process in which feeds are parsed; the only place that starts processes."""
