"""The steps between the feeds' receipts and the published marts, one file a step, each safe to run again."""
