TESTS_core/decode := test_sources
