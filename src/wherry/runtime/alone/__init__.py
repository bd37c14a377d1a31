"""Python in place of the JavaScript side, where the policy of a page forbids evaluating JavaScript."""
