TESTS_connectors/ctl := test_audit_chain
