"""The language of policy files: every table and key with its type, its unit, what it means and an example.

The reader checks files against these models, docs/policies.md and the JSON Schema are made from them: there is no other description.
"""
