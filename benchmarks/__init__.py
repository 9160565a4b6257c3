"""What the project's figures are measured with: `python -m benchmarks`, or `make bench`. Each module is a section."""
