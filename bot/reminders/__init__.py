"""What members hear without asking: of a conversation left half way, and of the day on which they qualify."""
