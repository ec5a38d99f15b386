"""The one place where source code is parsed: bytes in, facts out; nothing of it is ever run."""
