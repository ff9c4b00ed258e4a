# SPDX-License-Identifier: GPL-3.0-or-later
"""A stateful local fake of the parts of Cloudflare that manage OAuth clients; see README.md."""
