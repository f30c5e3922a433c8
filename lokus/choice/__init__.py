"""Choice: the best list of villages under the stated rules, and why each village is in it or not."""
