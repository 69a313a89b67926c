TESTS_connectors/intake := test_sources test_conf
