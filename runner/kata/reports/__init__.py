"""Reports: one `Report`, told in the format of whoever reads it. Writers are pure and loaded when they are used."""
