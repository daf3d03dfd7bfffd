"""Policy files: read, checked, compiled, and held to what was published."""
