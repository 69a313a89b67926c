TESTS_connectors/journal := test_journal test_sync
