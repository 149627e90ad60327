"""What bad sites do to pictures: the ugly suite, seeded and the same for ever."""
