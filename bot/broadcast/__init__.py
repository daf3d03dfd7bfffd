"""One message of the union's to many members: written by one person, signed by another, sent after everything that members wait for."""
