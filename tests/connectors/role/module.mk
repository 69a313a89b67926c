TESTS_connectors/role := test_service test_block_run
test_service_SUPPORT := yes
