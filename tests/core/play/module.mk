TESTS_core/play := test_command
