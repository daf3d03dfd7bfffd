"""What people type, turned into values: pure functions without clock, I/O or locale. In doubt a value is not sure, or not read at all."""
