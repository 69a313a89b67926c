TESTS_connectors/ctl := test_decode test_scan
$(foreach t,$(TESTS_connectors/ctl),$(B)/tests/connectors/ctl/$(t)): | $(B)/fabsocctl
