"""THE DEMO: an order file through compare(), the last units, a pulled plug, one decision explained.
`./demo` and `earmark demo` call earmark.demo.run."""
