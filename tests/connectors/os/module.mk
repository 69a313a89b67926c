TESTS_connectors/os := test_link test_files test_sandbox test_control
