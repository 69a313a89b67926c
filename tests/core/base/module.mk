TESTS_core/base := test_utf8
