"""What runs: settings, connections, local stack, sandbox, nightly steps and the `sanling` command."""
