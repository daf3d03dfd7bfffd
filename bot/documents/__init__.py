"""Documents: what people hand in, made safe in a child process, kept encrypted, and attached to claims."""
