"""Tables as people keep them: CSV and XLSX, in and out, row by row."""
