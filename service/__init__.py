"""The service: HTTP, command line and batching around the analysis."""
