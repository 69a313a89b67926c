TESTS_connectors/ctl := test_decode test_hsms test_rules test_jobs test_scan test_check test_books test_audit_chain test_init test_trees test_hot_path
$(foreach t,$(TESTS_connectors/ctl),$(B)/tests/connectors/ctl/$(t)): | $(B)/fabsocctl
