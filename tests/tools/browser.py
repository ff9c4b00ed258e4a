from __future__ import annotations
import os
def command_and_environment():
    return ["/usr/bin/chromium"], dict(os.environ)
