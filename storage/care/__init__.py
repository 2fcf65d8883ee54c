"""Care of an archive as a whole: whether it is sound, copies of it, its size, what may go."""
