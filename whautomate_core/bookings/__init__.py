"""Jobs about what is booked: appointments, staff time, services, classes and who takes part."""
