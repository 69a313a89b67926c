TESTS_connectors/role := test_service
test_service_SUPPORT := yes
