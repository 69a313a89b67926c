TESTS_connectors/journal := test_journal
