TESTS_connectors/ctl := test_decode test_scan test_check test_books
$(foreach t,$(TESTS_connectors/ctl),$(B)/tests/connectors/ctl/$(t)): | $(B)/fabsocctl
