TESTS_connectors/pg := test_store_pg test_store_only_pg test_desk_pg test_sign_pg test_cluster
test_store_pg_SUPPORT := 1
test_desk_pg_SUPPORT := 1
test_sign_pg_SUPPORT := 1
test_cluster_SUPPORT := 1
test_store_only_pg_SUPPORT := 1
