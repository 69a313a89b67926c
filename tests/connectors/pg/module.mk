TESTS_connectors/pg := test_store_pg
test_store_pg_SUPPORT := 1
