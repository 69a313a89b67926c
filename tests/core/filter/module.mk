TESTS_core/filter := test_filter
