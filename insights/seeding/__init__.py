"""A made-up population: for the demo's department, and for benchmarks as large as a whole civil service."""
