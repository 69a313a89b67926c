TESTS_core := test_store test_store_barrier
test_store_SUPPORT := 1
