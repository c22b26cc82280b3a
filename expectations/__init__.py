"""Data standards: contract to rules, batch to verdicts, verdicts to what a department gets back."""
