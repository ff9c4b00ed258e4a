# SPDX-License-Identifier: GPL-3.0-or-later
"""How Sphinx makes the docs site, offline: `make docs`."""

from __future__ import annotations

project = "oauthops.iam"
copyright = "the oauthops.iam authors"  # noqa: A001
title = html_short_title = "Cloudflare OAuth clients as code"

extensions = ["sphinx_antsibull_ext"]
html_theme = "sphinx_ansible_theme"
html_theme_options = {
    "topbar_links": {
        "Source": "https://github.com/oauthops/oauthops.iam",
        "Issues": "https://github.com/oauthops/oauthops.iam/issues",
    },
    "documentation_home_url": "https://github.com/oauthops/oauthops.iam",
    "titles_only": True,
}
html_static_path = ["static"]
html_css_files = ["site.css"]
pygments_style = "ansible"
highlight_language = "YAML+Jinja"
default_role = "any"
html_show_sphinx = html_use_modindex = html_use_index = html_copy_source = False

# What is not in this collection, such as plugins and keywords of ansible-core, cannot be looked up offline.
nitpicky = False
suppress_warnings = ["ref.ref"]
