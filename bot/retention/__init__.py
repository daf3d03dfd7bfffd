"""What is erased when its days have passed. Claims, their papers and the records of who did what are not among it."""
