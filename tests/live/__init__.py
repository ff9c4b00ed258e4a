# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks the real Cloudflare what is not documented, with throw-away private clients: `make live`."""
