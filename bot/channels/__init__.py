"""Where messages come in and go out: one module a platform."""
